/* Bare-metal rig for kernels on the emulated Cortex-M55: runs the cases of cases.c and prints, through semihosting, a line
 * for each: mismatches, stray writes, and instructions taken (SysTick counts 4 for every 125). */
#include <stdint.h>
#include <string.h>

#include "rig.h"

#define RAM_BASE 0x30000000u
#define RAM_END 0x30080000u
#define GUARD 0x5A
#define SYST_CSR (*(volatile uint32_t *)0xE000E010u)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018u)
#define CPACR (*(volatile uint32_t *)0xE000ED88u)

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

static void print_number(uint32_t value) {
    char text[12];
    char *at = text + sizeof text - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0u);
    *--at = ' ';
    (void)semihost(0x04, at);
}

/* The buffers lie in RAM from its middle up; the last input ends where RAM ends, so that reading on faults. */
static int8_t *const arena = (int8_t *)(RAM_BASE + 0x20000u);
static int8_t *const scratch = (int8_t *)(RAM_BASE + 0x10000u);

static void run(const rig_case *c) {
    /* An output over the input lies `slack` before it. Both end where RAM ends, or before. */
    const int32_t reach = c->overlap && c->out_bytes - c->slack > c->in_bytes ? c->out_bytes - c->slack : c->in_bytes;
    int8_t *const in = (int8_t *)(RAM_END - (uint32_t)reach);
    int8_t *const out = c->overlap ? in - c->slack : arena;
    memset(arena - 64, GUARD, (uint32_t)c->out_bytes + 128u);
    memset(scratch, GUARD, (uint32_t)c->scratch_bytes + 64u);
    memcpy(in, c->in, (uint32_t)c->in_bytes);
    SYST_CVR = 0;
    const uint32_t before = SYST_CVR;
    c->kernel(in, out, scratch, c->params);
    const uint32_t ticks = (before - SYST_CVR) & 0xFFFFFFu;
    uint32_t wrong = 0, stray = 0;
    for (int32_t i = 0; i < c->out_bytes; i++) {
        wrong += out[i] != c->expected[i];
    }
    for (int32_t i = 1; i <= 64; i++) {
        stray += !c->overlap && out[-i] != GUARD;
        stray += !c->overlap && out[c->out_bytes + i - 1] != GUARD;
        stray += scratch[c->scratch_bytes + i - 1] != GUARD;
    }
    stray += !c->overlap && memcmp(in, c->in, (uint32_t)c->in_bytes) != 0;
    print_number(wrong);
    print_number(stray);
    print_number((uint32_t)((uint64_t)ticks * 125u / 4u));
    (void)semihost(0x04, "\n");
}

void rig_start(void);
_Noreturn void rig_start(void) {
    CPACR |= 0xFu << 20;
    __asm volatile("dsb\nisb" ::: "memory");
    SYST_RVR = 0xFFFFFFu;
    SYST_CSR = 5u;
    for (int32_t i = 0; i < rig_case_count; i++) {
        run(&rig_cases[i]);
    }
    leave(0);
}

extern const uint32_t rig_stack_top[];
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    rig_stack_top, (const void *)rig_start, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
};
