#include "start.h"

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CCR (*(volatile uint32_t *)0xE000ED14u)
#define CCR_LOW_OVERHEAD_LOOPS (1u << 19)
#define SEMIHOST_WRITE0 0x04
#define SEMIHOST_EXIT_EXTENDED 0x20
#define APPLICATION_EXIT 0x20026u

static int32_t semihost(int32_t operation, const void *arguments) {
    register int32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = arguments;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

_Noreturn void rig_leave(uint32_t code) {
    const uint32_t block[2] = {APPLICATION_EXIT, code};
    for (;;) {
        (void)semihost(SEMIHOST_EXIT_EXTENDED, block);
    }
}

void rig_print(const char *text) {
    (void)semihost(SEMIHOST_WRITE0, text);
}

void rig_print_number(uint32_t value) {
    char text[12];
    char *at = text + sizeof text - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0u);
    rig_print(at);
}

static void fault(void) {
    rig_print("fault\n");
    rig_leave(2);
}

void rig_start(void);
_Noreturn void rig_start(void) {
    CPACR |= 0xFu << 20;
    __asm volatile("dsb\nisb" ::: "memory");
#ifdef __ARM_FEATURE_MVE
    CCR |= CCR_LOW_OVERHEAD_LOOPS;
    __asm volatile("dsb\nisb" ::: "memory");
#endif
    rig_main();
    rig_leave(0);
}

extern const uint32_t rig_stack_top[];
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    rig_stack_top, (const void *)rig_start, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
};
