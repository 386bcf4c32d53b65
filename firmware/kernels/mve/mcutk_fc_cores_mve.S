/* One row of inputs by four channels at a time; mcutk_fc_cores_mve.h has the contract.
 *
 *   r0 r2 r4 r6  four channels    r1  weights      r3  output       r5  channel table   r7  tail
 *   r8  input    r9  input here   r10 channels left                 r11 blocks          r12 output zero point
 *   q4 q5  act_min, act_max       q6 q7  multiplier and shift of all channels
 *
 * 16 inputs by 4 channels are 10 instructions. Each weight is loaded once, so that no order of work loads less.
 */
#include "mcutk_assembly.h"
#include "mcutk_fc_cores_mve.h"
#include "mcutk_mve_rounding.h"

#if defined(__ARM_FEATURE_MVE)
    .equ FRAME, 36 + 64         /* r4 to r11 and lr, d8 to d15 */

    /* The inputs in q0 with the weights of four channels. */
    .macro dot channel, weights
    vldrb.8 \weights, [r1], #16
    vmladava.s8 \channel, q0, \weights
    .endm

    .macro dots
    dot r0, q1
    dot r2, q2
    dot r4, q3
    dot r6, q1
    .endm

    /* Accumulators to results in q0, before zero point and clamp. `rounding`: 0 relu, 1 linear, 2 any. */
    .macro requantize rounding, shared
    vmov d0, r0, r2
    vmov d1, r4, r6
    .if \rounding == 2
    vldrw.32 q1, [r5], #16
    vshl.s32 q0, q0, q1
    .endif
    .if \shared
    vqrdmulh.s32 q0, q0, q6
    .else
    vldrw.32 q1, [r5], #16
    vqrdmulh.s32 q0, q0, q1
    vldrw.32 q2, [r5], #16
    .endif
    .if \rounding == 1
    mcutk_away_linear q0, q3
    .elseif \rounding == 2
    mcutk_away_any q0, q2, q3
    .endif
    .if \shared
    vrshl.s32 q0, q0, q7
    .else
    vrshl.s32 q0, q0, q2
    .endif
    .endm

    .macro core name, rounding, shared
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    vpush {d8-d15}
    ldrd r4, r6, [r2, #MCUTK_FC_MVE_JOB_ACT_MIN]
    vdup.32 q4, r4
    vdup.32 q5, r6
    .if \shared
    ldrd r4, r6, [r2, #MCUTK_FC_MVE_JOB_MULTIPLIER]
    vdup.32 q6, r4
    vdup.32 q7, r6
    .endif
    mov r8, r0
    mov r3, r1
    ldm r2, {r1, r5, r7, r10, r11, r12} /* weights, channels, tail, out_c, blocks, out_zero_point */
1:                              /* a group of four channels, from the biases */
    ldm r5!, {r0, r2, r4, r6}
    mov r9, r8
    lsr lr, r11, #2
    wls lr, lr, 3f
2:  .rept 4
    vldrb.8 q0, [r9], #16
    dots
    .endr
    le lr, 2b
3:  and lr, r11, #3
    wls lr, lr, 6f
5:  vldrb.8 q0, [r9], #16
    dots
    le lr, 5b
6:  cbz r7, 4f
    vctp.8 r7                   /* nothing after the input is read; the weights there are zero */
    vpst
    vldrbt.8 q0, [r9]
    dots
4:  requantize \rounding, \shared
    vadd.i32 q0, q0, r12
    vmax.s32 q0, q0, q4
    vmin.s32 q0, q0, q5
    vctp.32 r10
    vpst
    vstrbt.32 q0, [r3], #4
    subs r10, #4
    bhi 1b
    vpop {d8-d15}
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    core mcutk_fc_mve_core_relu, 0, 0
    core mcutk_fc_mve_core_linear, 1, 0
    core mcutk_fc_mve_core_any, 2, 0
    core mcutk_fc_mve_core_relu_shared, 0, 1
    core mcutk_fc_mve_core_linear_shared, 1, 1
#endif
