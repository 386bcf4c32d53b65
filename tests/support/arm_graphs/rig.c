/* Bare-metal rig for generated models on an emulated Cortex-M: runs each model of table.c and prints, through semihosting, how
 * many of its samples gave another output than expected. */
#include "rig.h"

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CCR (*(volatile uint32_t *)0xE000ED14u)

_Alignas(16) static unsigned char arena[RIG_ARENA_BYTES];

static int32_t semihost(int32_t operation, const void *arguments) {
    register int32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = arguments;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static _Noreturn void leave(uint32_t code) {
    const uint32_t block[2] = {0x20026u, code};
    for (;;) {
        (void)semihost(0x20, block);
    }
}

static void fault(void) {
    (void)semihost(0x04, "fault\n");
    leave(2);
}

static void print_number(int32_t value) {
    char text[12];
    char *at = text + sizeof text - 1;
    *at = '\0';
    *--at = '\n';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    (void)semihost(0x04, at);
}

void rig_start(void);
_Noreturn void rig_start(void) {
    CPACR |= 0xFu << 20;
    __asm volatile("dsb\nisb" ::: "memory");
#ifdef __ARM_FEATURE_MVE
    CCR |= 1u << 19; /* low-overhead branches */
    __asm volatile("dsb\nisb" ::: "memory");
#endif
    for (int32_t i = 0; i < rig_model_count; i++) {
        print_number(rig_models[i](arena));
    }
    leave(0);
}

extern const uint32_t rig_stack_top[];
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    rig_stack_top, (const void *)rig_start, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
};
