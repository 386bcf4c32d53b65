/* One output row, four channels at a time; mcutk_depthwise_cores_mve.h has the contract.
 *
 *   r0 r2 r4 r6    four channels           r8 .. r11  their windows in the strip    r3  output    r5  bytes to the next pixel
 *   q4 .. q7       their weights           r7         channel table                 r12 output zero point
 *   q2 q3          multipliers and shifts; of `any` cores act_min and act_max       r1  step    lr  pixels left
 * The last word of the frame is the row.
 */
#include "mcutk_assembly.h"
#include "mcutk_depthwise_cores_mve.h"
#include "mcutk_mve_rounding.h"

#if defined(__ARM_FEATURE_MVE)
    .equ FRAME, 36 + 64 + 8     /* r4 to r11 and lr, d8 to d15, r0 with r1 to keep the stack aligned */

    /* The predicate is that of the weights of a channel, throughout but in `any` and wide cores. */
    .macro begin rounding
    push {r4-r11, lr}
    vpush {d8-d15}
    push {r0, r1}
    .if \rounding == 2
    ldrd r2, r3, [r0, #MCUTK_DEPTHWISE_ROW_ACT_MIN]
    vdup.32 q2, r2
    vdup.32 q3, r3
    .else
    ldr r2, [r0, #MCUTK_DEPTHWISE_ROW_TAPS]
    vctp.8 r2
    .endif
    mov r6, r0
    .endm

    .macro load_scales rounding
    .if \rounding != 2
    vldrw.32 q2, [r7, #16]
    vldrw.32 q3, [r7, #32]
    .endif
    .endm

    /* Loads the next group of channels, or goes to the end of the function (9). r0 is then the channels after the group; of `any`
     * cores, which may end with less than a group, the channels with it. */
    .macro next_group rounding
    load_row
    .if \rounding == 2
    cmp r0, #0
    ble 9f
    .else
    subs r0, #4
    blt 9f
    .endif
    .endm

    /* Goes back to 1. */
    .macro finish
    ldr r6, [sp]
    b 1b
9:  add sp, #8
    vpop {d8-d15}
    pop {r4-r11, pc}
    .endm

    /* r0 channels_left, r1 weights, r2 plane, r3 out, r4 taps, r5 out_column, r7 table, r8 strip, r9 order, r12 zero point, lr out_w */
    .macro load_row
    ldm r6, {r0, r1, r2, r3, r4, r5, r7, r8, r9, r12, lr}
    .endm

    /* r1, r9, r10, r11: the weights of the four channels. */
    .macro point_at_weights
    add r9, r1, r4
    add r10, r9, r4
    add r11, r10, r4
    .endm

    /* The weights in the order q0; as many as the predicate says, the others zero. */
    .macro load_weights_predicated
    vpstttt
    vldrbt.u8 q4, [r1, q0]
    vldrbt.u8 q5, [r9, q0]
    vldrbt.u8 q6, [r10, q0]
    vldrbt.u8 q7, [r11, q0]
    .endm

    /* r8 .. r11: the windows of the four channels. */
    .macro point_at_windows
    add r9, r8, r2
    add r10, r9, r2
    add r11, r10, r2
    .endm

    /* Leaves the state of the next group in the row; of `any` cores, sets the predicate of the channels of this group. */
    .macro step_group table_bytes, rounding
    .if \rounding == 2
    vctp.32 r0
    sub r0, #4
    .endif
    add r1, r11, r4
    strd r0, r1, [r6, #MCUTK_DEPTHWISE_ROW_CHANNELS_LEFT]
    add r4, r3, #4
    str r4, [r6, #MCUTK_DEPTHWISE_ROW_OUT]
    add r0, r7, #\table_bytes
    add r4, r8, r2, lsl #2
    strd r0, r4, [r6, #MCUTK_DEPTHWISE_ROW_TABLE]
    .endm

    /* The windows overlap: the pointers go on by one pixel. `step` 0: by r1. */
    .macro dot step, channel, window, inputs, weights
    .if \step
    vldrb.8 \inputs, [\window], #\step
    .else
    vldrb.8 \inputs, [\window]
    add \window, r1
    .endif
    vmladava.s8 \channel, \inputs, \weights
    .endm

    .macro dots step
    dot \step, r0, r8, q0, q4
    dot \step, r2, r9, q1, q5
    dot \step, r4, r10, q0, q6
    dot \step, r6, r11, q1, q7
    .endm

    /* Accumulators to outputs. `rounding`: 0 relu, 1 linear, 2 any. */
    .macro requantize rounding
    vmov d0, r0, r2
    vmov d1, r4, r6
    .if \rounding == 2
    vldrw.32 q1, [r7, #16]
    vshl.s32 q0, q0, q1
    vldrw.32 q1, [r7, #32]
    vqrdmulh.s32 q0, q0, q1
    vldrw.32 q1, [r7, #48]
    mcutk_away_any q0, q1, q1
    vldrw.32 q1, [r7, #48]
    vrshl.s32 q0, q0, q1
    vadd.i32 q0, q0, r12
    vmax.s32 q0, q0, q2
    vmin.s32 q0, q0, q3
    .else
    vqrdmulh.s32 q0, q0, q2
    .if \rounding == 1
    mcutk_away_linear q0, q1
    .endif
    vrshl.s32 q0, q0, q3
    vqmovnb.s32 q0, q0
    vqadd.s16 q0, q0, r12
    vqmovnb.s16 q0, q0
    .endif
    .if \rounding == 2
    vpst
    vstrbt.32 q0, [r3]
    .else
    vstrb.32 q0, [r3]
    .endif
    add r3, r5
    .endm

    .macro core name, table_bytes, step, rounding
    mcutk_function \name, FRAME
    begin \rounding
1:  next_group \rounding
    load_scales \rounding
    vldrb.8 q0, [r9]
    point_at_weights
    .if \rounding == 2
    vctp.8 r4
    .endif
    load_weights_predicated
    step_group \table_bytes, \rounding
    .if \step == 0
    ldr r1, [r6, #MCUTK_DEPTHWISE_ROW_STEP]
    .endif
    point_at_windows
    dls lr, lr
2:  ldm r7, {r0, r2, r4, r6}    /* from the biases */
    dots \step
    requantize \rounding
    le lr, 2b
    finish
    mcutk_end \name
    .endm

    /* Two passes over the row: inputs 0 to 15 of all windows, then the others. */
    .macro wide_core name, step, rounding
    mcutk_function \name, FRAME
    begin \rounding
1:  next_group \rounding
    load_scales \rounding
    ldr r3, [r6, #MCUTK_DEPTHWISE_ROW_PARTIAL]
    vldrb.8 q0, [r9]
    point_at_weights
    vldrb.u8 q4, [r1, q0]
    vldrb.u8 q5, [r9, q0]
    vldrb.u8 q6, [r10, q0]
    vldrb.u8 q7, [r11, q0]
    point_at_windows
    dls lr, lr
2:  ldm r7, {r0, r2, r4, r6}
    dots \step
    stm r3!, {r0, r2, r4, r6}
    le lr, 2b

    ldr r6, [sp]
    load_row
    sub r0, #4
    vldrb.8 q0, [r9, #16]
    point_at_weights
    sub r12, r4, #16
    vctp.8 r12
    load_weights_predicated
    step_group 48, \rounding
    ldr r12, [r6, #MCUTK_DEPTHWISE_ROW_OUT_ZERO_POINT]
    ldr r1, [r6, #MCUTK_DEPTHWISE_ROW_PARTIAL]
    add r8, #16
    point_at_windows
    dls lr, lr
3:  ldm r1!, {r0, r2, r4, r6}
    dots \step
    requantize \rounding
    le lr, 3b
    finish
    mcutk_end \name
    .endm

    core mcutk_depthwise_core3_relu, 48, 3, 0
    core mcutk_depthwise_core3_linear, 48, 3, 1
    core mcutk_depthwise_core6_relu, 48, 6, 0
    core mcutk_depthwise_core6_linear, 48, 6, 1
    core mcutk_depthwise_core_relu, 48, 0, 0
    core mcutk_depthwise_core_linear, 48, 0, 1
    core mcutk_depthwise_core_any, 64, 0, 2
    wide_core mcutk_depthwise_core5_wide_relu, 5, 0
    wide_core mcutk_depthwise_core5_wide_linear, 5, 1
    wide_core mcutk_depthwise_core10_wide_relu, 10, 0
    wide_core mcutk_depthwise_core10_wide_linear, 10, 1
#endif
