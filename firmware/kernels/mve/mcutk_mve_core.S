/* Two pixels by four channels; mcutk_mve_core.h has the contract. All fourteen usable registers are in use:
 *
 *   r0 r2 r4 r6    pixel 0, channels 0..3        r1   weights          r9   pixel 0
 *   r8 r10 r12 lr  pixel 1, channels 0..3        r3   output           r11  pixel 1
 *                                                r5   block count      r7   channel table
 *   q4 q5          act_min, act_max              q6   output zero point
 *
 * A block of 16 inputs is 6 loads and 8 VMLADAVA for 128 MACs. Loads and VMLADAVA alternate so that a dual-beat core
 * overlaps them. The stack holds a copy of the first ten words of the job, at the same offsets.
 */
#include "mcutk_assembly.h"
#include "mcutk_mve_core.h"
#include "mcutk_mve_rounding.h"

#if defined(__ARM_FEATURE_MVE)
    .equ COPY_BYTES, 40
    .equ FRAME, 36 + 48 + COPY_BYTES    /* r4 to r11 and lr, d8 to d13, the copy */

    /* 16 inputs of both pixels with the weights of four channels. */
    .macro block
    vldrb.8 q0, [r9], #16
    vldrb.8 q2, [r1], #16
    vmladava.s8 r0, q0, q2
    vldrb.8 q1, [r11], #16
    vmladava.s8 r8, q1, q2
    vldrb.8 q3, [r1], #16
    vmladava.s8 r2, q0, q3
    vmladava.s8 r10, q1, q3
    vldrb.8 q2, [r1], #16
    vmladava.s8 r4, q0, q2
    vmladava.s8 r12, q1, q2
    vldrb.8 q3, [r1], #16
    vmladava.s8 r6, q0, q3
    vmladava.s8 lr, q1, q3
    .endm

    /* Accumulators to int8 results in q0 and q1. `rounding`: 0 relu, 1 linear, 2 any. */
    .macro requantize rounding
    vmov d0, r0, r2
    vmov d1, r4, r6
    vmov d2, r8, r10
    vmov d3, r12, lr
    .if \rounding == 2
    vldrw.32 q2, [r7], #16
    vshl.s32 q0, q0, q2
    vshl.s32 q1, q1, q2
    .endif
    vldrw.32 q2, [r7], #16
    vqrdmulh.s32 q0, q0, q2
    vqrdmulh.s32 q1, q1, q2
    vldrw.32 q2, [r7], #16
    .if \rounding == 1
    mcutk_away_linear q0, q3
    mcutk_away_linear q1, q3
    .elseif \rounding == 2
    mcutk_away_any q0, q2, q3
    mcutk_away_any q1, q2, q3
    .endif
    ldrd r2, r4, [sp, #MCUTK_MVE_JOB_OUT_STEP]  /* out_step, out_end */
    vrshl.s32 q0, q0, q2
    vrshl.s32 q1, q1, q2
    add r2, r3
    vadd.i32 q0, q0, q6
    vadd.i32 q1, q1, q6
    vmax.s32 q0, q0, q4
    vmax.s32 q1, q1, q4
    vmin.s32 q0, q0, q5
    vmin.s32 q1, q1, q5
    .endm

    .macro core name, rounding, even
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    vpush {d8-d13}
    sub sp, #COPY_BYTES
    mov r1, sp
    ldm r0!, {r2-r8}            /* blocks_plus_1, in0, in1, out_zero_point, out_step, out_end, weights */
    stm r1!, {r2-r8}
    vdup.32 q6, r5
    ldm r0!, {r2-r7}            /* channels, pairs, in_step2, out, act_min, act_max */
    stm r1!, {r2-r4}
    mov r3, r5
    vdup.32 q4, r6
    vdup.32 q5, r7

1:                              /* a pair of pixels */
    ldrd r1, r7, [sp, #MCUTK_MVE_JOB_WEIGHTS]
2:                              /* a group of four channels; both pixels start from the biases */
    ldm sp, {r5, r9, r11}
    ldm r7, {r0, r2, r4, r6}
    ldm r7!, {r8, r10, r12, lr}
    lsrs r5, r5, #1             /* the carry: an even number of blocks, else the loop is entered in its middle */
    bcc 4f
3:  block
4:  block
    subs r5, #1
    bne 3b
    requantize \rounding
    .if \even
    vstrb.32 q1, [r2]
    vstrb.32 q0, [r3], #4
    cmp r3, r4
    bne 2b
    .else
    subs r4, r4, r3             /* channels left, this group included */
    vctp.32 r4
    vpstt
    vstrbt.32 q1, [r2]
    vstrbt.32 q0, [r3], #4
    cmp r4, #4
    bhi 2b
    .endif

    ldrd r5, r7, [sp, #MCUTK_MVE_JOB_PAIRS]     /* pairs, in_step2 */
    ldrd r0, r2, [sp, #MCUTK_MVE_JOB_IN0]
    ldrd r4, r6, [sp, #MCUTK_MVE_JOB_OUT_STEP]  /* out_step, out_end */
    add r0, r7
    add r2, r7
    strd r0, r2, [sp, #MCUTK_MVE_JOB_IN0]
    add r3, r6, r4
    add r6, r6, r4, lsl #1
    str r6, [sp, #MCUTK_MVE_JOB_OUT_END]
    subs r5, #1
    str r5, [sp, #MCUTK_MVE_JOB_PAIRS]
    bne 1b
    add sp, #COPY_BYTES
    vpop {d8-d13}
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    core mcutk_mve_core_relu_even, 0, 1
    core mcutk_mve_core_relu, 0, 0
    core mcutk_mve_core_linear_even, 1, 1
    core mcutk_mve_core_linear, 1, 0
    core mcutk_mve_core_any, 2, 0
#endif
