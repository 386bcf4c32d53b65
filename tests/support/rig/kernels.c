/* Runs the cases of cases.c on an emulated Cortex-M and prints a line for each: mismatches, stray writes, and
 * instructions counted by SysTick. RIG_TICK_NUMERATOR / RIG_TICK_DENOMINATOR are the instructions of one tick. */
#include <string.h>

#include "cases.h"
#include "start.h"

#define GUARD 0x5A
#define GUARD_BYTES 64
#define SYST_CSR (*(volatile uint32_t *)0xE000E010u)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018u)

extern int8_t rig_free[], rig_ram_end[]; /* RAM that nothing else uses; rig_free is 16-byte aligned */

/* The input ends where RAM ends, so that reading beyond it faults. Scratch and output lie behind the stack. */
static void run(const rig_case *c) {
    /* An output over the input lies `slack` before it. Both end where RAM ends, or before. */
    const int32_t reach = c->overlap && c->out_bytes - c->slack > c->in_bytes ? c->out_bytes - c->slack : c->in_bytes;
    int8_t *const in = rig_ram_end - reach;
    int8_t *const scratch = rig_free;
    int8_t *const own = scratch + ((c->scratch_bytes + 2 * GUARD_BYTES + 15) & ~15);
    int8_t *const out = c->overlap ? in - c->slack : own;
    if (own + c->out_bytes + GUARD_BYTES > (c->overlap && out < in ? out : in)) {
        rig_print("no room\n");
        rig_leave(1);
    }
    memset(own - GUARD_BYTES, GUARD, (uint32_t)(c->out_bytes + 2 * GUARD_BYTES));
    memset(scratch, GUARD, (uint32_t)(c->scratch_bytes + GUARD_BYTES));
    memcpy(in, c->in, (uint32_t)c->in_bytes);
    SYST_CVR = 0;
    const uint32_t before = SYST_CVR;
    c->run(in, out, scratch);
    const uint32_t ticks = (before - SYST_CVR) & 0xFFFFFFu;
    uint32_t wrong = 0, stray = 0;
    for (int32_t i = 0; i < c->out_bytes; i++) {
        wrong += out[i] != c->expected[i];
    }
    for (int32_t i = 1; i <= GUARD_BYTES; i++) {
        stray += !c->overlap && out[-i] != GUARD;
        stray += !c->overlap && out[c->out_bytes + i - 1] != GUARD;
        stray += scratch[c->scratch_bytes + i - 1] != GUARD;
    }
    stray += !c->overlap && memcmp(in, c->in, (uint32_t)c->in_bytes) != 0;
    rig_print_number(wrong);
    rig_print(" ");
    rig_print_number(stray);
    rig_print(" ");
    rig_print_number((uint32_t)((uint64_t)ticks * RIG_TICK_NUMERATOR / RIG_TICK_DENOMINATOR));
    rig_print("\n");
}

void rig_main(void) {
    SYST_RVR = 0xFFFFFFu;
    SYST_CSR = 5u;
    for (int32_t i = 0; i < rig_case_count; i++) {
        run(&rig_cases[i]);
    }
}
