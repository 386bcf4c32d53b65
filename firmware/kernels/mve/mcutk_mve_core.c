#include "mcutk_mve_core.h"

#include <stddef.h>

#include "mcutk_mve_rounding.h"

/* Assembly, because all fourteen usable registers are in use: VMLADAVA accumulates into even registers only, and GCC 12
 * spills them when it is given the same loop as intrinsics. Eight even registers hold 2 pixels x 4 channels:
 *
 *   r0 r2 r4 r6    pixel 0, channels 0..3        r1   weights          r9   pixel 0
 *   r8 r10 r12 lr  pixel 1, channels 0..3        r3   output           r11  pixel 1
 *                                                r5   block count      r7   channel table
 *
 * A block of 16 inputs is 6 loads and 8 VMLADAVA for 128 MACs. Loads and VMLADAVA alternate so that a dual-beat core
 * overlaps them. The stack holds a copy of the job. */

_Static_assert(offsetof(mcutk_mve_job, out_zero_point) == 12 && offsetof(mcutk_mve_job, out_step) == 16 &&
                   offsetof(mcutk_mve_job, weights) == 24 && offsetof(mcutk_mve_job, pairs) == 32 &&
                   offsetof(mcutk_mve_job, out) == 40 && sizeof(mcutk_mve_job) == 52,
               "the assembly below knows these offsets");

/* The words up to in_step2 are copied; the rest goes to registers: r3, q4 act_min, q5 act_max, q6 out_zero_point. */
#define PROLOGUE                                                                                                       \
    "push {r4-r11, lr}\n"                                                                                              \
    "vpush {d8-d13}\n"                                                                                                 \
    "sub sp, #40\n"                                                                                                    \
    "mov r1, sp\n"                                                                                                     \
    "ldm r0!, {r2-r8}\n"                                                                                               \
    "stm r1!, {r2-r8}\n"                                                                                               \
    "vdup.32 q6, r5\n"                                                                                                 \
    "ldm r0!, {r2-r7}\n"                                                                                               \
    "stm r1!, {r2-r4}\n"                                                                                               \
    "mov r3, r5\n"                                                                                                     \
    "vdup.32 q4, r6\n"                                                                                                 \
    "vdup.32 q5, r7\n"

/* A pair of pixels; then groups of four channels. The carry out of blocks_plus_1 tells whether the number of blocks is
 * odd, in which case the loop of two blocks is entered in its middle. */
#define GROUP_START                                                                                                    \
    "1: ldrd r1, r7, [sp, #24]\n"                                                                                      \
    "2: ldm sp, {r5, r9, r11}\n"                                                                                       \
    "ldm r7, {r0, r2, r4, r6}\n" /* both pixels start from the biases */                                               \
    "ldm r7!, {r8, r10, r12, lr}\n"                                                                                    \
    "lsrs r5, r5, #1\n"                                                                                                \
    "bcc 4f\n"

#define BLOCK                                                                                                          \
    "vldrb.8 q0, [r9], #16\n"                                                                                          \
    "vldrb.8 q2, [r1], #16\n"                                                                                          \
    "vmladava.s8 r0, q0, q2\n"                                                                                         \
    "vldrb.8 q1, [r11], #16\n"                                                                                         \
    "vmladava.s8 r8, q1, q2\n"                                                                                         \
    "vldrb.8 q3, [r1], #16\n"                                                                                          \
    "vmladava.s8 r2, q0, q3\n"                                                                                         \
    "vmladava.s8 r10, q1, q3\n"                                                                                        \
    "vldrb.8 q2, [r1], #16\n"                                                                                          \
    "vmladava.s8 r4, q0, q2\n"                                                                                         \
    "vmladava.s8 r12, q1, q2\n"                                                                                        \
    "vldrb.8 q3, [r1], #16\n"                                                                                          \
    "vmladava.s8 r6, q0, q3\n"                                                                                         \
    "vmladava.s8 lr, q1, q3\n"

#define BLOCKS "3:\n" BLOCK "4:\n" BLOCK "subs r5, #1\nbne 3b\n"

#define COLLECT                                                                                                        \
    "vmov d0, r0, r2\n"                                                                                                \
    "vmov d1, r4, r6\n"                                                                                                \
    "vmov d2, r8, r10\n"                                                                                               \
    "vmov d3, r12, lr\n"
#define LEFT_NONE ""
#define LEFT_ANY                                                                                                       \
    "vldrw.32 q2, [r7], #16\n"                                                                                         \
    "vshl.s32 q0, q0, q2\n"                                                                                            \
    "vshl.s32 q1, q1, q2\n"
#define HIGH_MUL                                                                                                       \
    "vldrw.32 q2, [r7], #16\n"                                                                                         \
    "vqrdmulh.s32 q0, q0, q2\n"                                                                                        \
    "vqrdmulh.s32 q1, q1, q2\n"                                                                                        \
    "vldrw.32 q2, [r7], #16\n"
#define AWAY_RELU ""
#define AWAY_LINEAR MCUTK_MVE_AWAY_LINEAR("q0", "q3") MCUTK_MVE_AWAY_LINEAR("q1", "q3")
#define AWAY_ANY MCUTK_MVE_AWAY_ANY("q0", "q2", "q3") MCUTK_MVE_AWAY_ANY("q1", "q2", "q3")
#define CLAMP                                                                                                          \
    "ldrd r2, r4, [sp, #16]\n" /* out_step, out_end */                                                                 \
    "vrshl.s32 q0, q0, q2\n"                                                                                           \
    "vrshl.s32 q1, q1, q2\n"                                                                                           \
    "add r2, r3\n"                                                                                                     \
    "vadd.i32 q0, q0, q6\n"                                                                                            \
    "vadd.i32 q1, q1, q6\n"                                                                                            \
    "vmax.s32 q0, q0, q4\n"                                                                                            \
    "vmax.s32 q1, q1, q4\n"                                                                                            \
    "vmin.s32 q0, q0, q5\n"                                                                                            \
    "vmin.s32 q1, q1, q5\n"
#define STORE_EVEN                                                                                                     \
    "vstrb.32 q1, [r2]\n"                                                                                              \
    "vstrb.32 q0, [r3], #4\n"                                                                                          \
    "cmp r3, r4\n"                                                                                                     \
    "bne 2b\n"
/* r4 = channels left, this group included */
#define STORE_ODD                                                                                                      \
    "subs r4, r4, r3\n"                                                                                                \
    "vctp.32 r4\n"                                                                                                     \
    "vpstt\n"                                                                                                          \
    "vstrbt.32 q1, [r2]\n"                                                                                             \
    "vstrbt.32 q0, [r3], #4\n"                                                                                         \
    "cmp r4, #4\n"                                                                                                     \
    "bhi 2b\n"

#define NEXT_PAIR                                                                                                      \
    "ldrd r5, r7, [sp, #32]\n" /* pairs, in_step2 */                                                                   \
    "ldrd r0, r2, [sp, #4]\n"                                                                                          \
    "ldrd r4, r6, [sp, #16]\n" /* out_step, out_end */                                                                 \
    "add r0, r7\n"                                                                                                     \
    "add r2, r7\n"                                                                                                     \
    "strd r0, r2, [sp, #4]\n"                                                                                          \
    "add r3, r6, r4\n"                                                                                                 \
    "add r6, r6, r4, lsl #1\n"                                                                                         \
    "str r6, [sp, #20]\n"                                                                                              \
    "subs r5, #1\n"                                                                                                    \
    "str r5, [sp, #32]\n"                                                                                              \
    "bne 1b\n"
#define EPILOGUE                                                                                                       \
    "add sp, #40\n"                                                                                                    \
    "vpop {d8-d13}\n"                                                                                                  \
    "pop {r4-r11, pc}\n"

#define CORE(name, left, away, store)                                                                                  \
    __attribute__((naked)) void name(const mcutk_mve_job *job __attribute__((unused))) {                               \
        __asm__ volatile(PROLOGUE GROUP_START BLOCKS COLLECT left HIGH_MUL away CLAMP store NEXT_PAIR EPILOGUE);       \
    }

CORE(mcutk_mve_core_relu_even, LEFT_NONE, AWAY_RELU, STORE_EVEN)
CORE(mcutk_mve_core_relu, LEFT_NONE, AWAY_RELU, STORE_ODD)
CORE(mcutk_mve_core_linear_even, LEFT_NONE, AWAY_LINEAR, STORE_EVEN)
CORE(mcutk_mve_core_linear, LEFT_NONE, AWAY_LINEAR, STORE_ODD)
CORE(mcutk_mve_core_any, LEFT_ANY, AWAY_ANY, STORE_ODD)
