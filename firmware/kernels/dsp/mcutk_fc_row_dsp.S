/* One row by eight channels: 31 instructions for 32 products; mcutk_fc_row_dsp.h has the packing.
 *
 * In the loop:   r0 r1 ... r6 r7  256*c0+c1, c1, ... 256*c6+c7, c7    r8 r9 inputs 0 2, 1 3
 *                r10 r11 weights   r12 weight pointer   lr input pointer
 */
#include "mcutk_assembly.h"
#include "mcutk_dsp_offsets.h"

#if defined(__ARM_FEATURE_DSP)
    .equ LOCAL_BYTES, MCUTK_FC_ROW_BYTES + 4    /* the words at sp are a copy of mcutk_fc_row */
    .equ FRAME, 36 + LOCAL_BYTES            /* push {r4-r11, lr} */

    .if MCUTK_FC_ROW_BYTES != 28 || MCUTK_FC_ROW_WEIGHTS != 0
    .error "ldm expects seven words, the weights first"
    .endif
    .if MCUTK_FC_ROW_IN_END - MCUTK_FC_ROW_IN != 4 || MCUTK_FC_ROW_SCALES - MCUTK_FC_ROW_OUT != 4
    .error "members that are loaded in pairs must be adjacent"
    .endif
    .if MCUTK_FC_SCALE_MULTIPLIER != 0 || MCUTK_FC_SCALE_RIGHT_SHIFT != 4
    .error "ldrd expects the members of mcutk_fc_scale_dsp in this order"
    .endif

    .macro four_channels x, high0, low0, high1, low1
    ldrd r10, r11, [r12], #8
    smlad \high0, r10, \x, \high0
    sxtb16 r10, r10
    smlad \low0, r10, \x, \low0
    smlad \high1, r11, \x, \high1
    sxtb16 r11, r11
    smlad \low1, r11, \x, \low1
    .endm

    .macro four_inputs
    ldr r9, [lr], #4
    sxtb16 r8, r9
    sxtb16 r9, r9, ror #8
    four_channels r8, r0, r1, r2, r3
    four_channels r8, r4, r5, r6, r7
    four_channels r9, r0, r1, r2, r3
    four_channels r9, r4, r5, r6, r7
    .endm

    /* One output of a doubled sum.   r8 out   r9 scale   r10 multiplier   r11 right shift - 1   r12 temporary   lr rounding,
     * at the place that the shift leaves where all channels have the same scale */
    .macro finish linear, shared, acc
    .ifeq \shared
    ldrd r10, r11, [r9], #MCUTK_FC_SCALE_BYTES
    ldr lr, [sp, #MCUTK_FC_ROW_ROUNDING]
    lsl lr, lr, r11
    .endif
    .if \linear
    add r12, lr, \acc, asr #31
    smmlar \acc, \acc, r10, r12
    .else
    smmlar \acc, \acc, r10, lr
    .endif
    asr \acc, \acc, r11
    ssat \acc, #8, \acc, asr #1
    strb \acc, [r8], #1
    .endm

    .macro two_channels linear, shared, high, low
    sub \high, \high, \low
    asr \high, \high, #7
    lsl \low, \low, #1
    finish \linear, \shared, \high
    finish \linear, \shared, \low
    .endm

    .macro fc_row name, linear, shared
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    sub sp, sp, #LOCAL_BYTES
    ldm r0, {r1-r7}
    stm sp, {r1-r7}
    mov r12, r1

1:  ldm r12!, {r0-r7}
    ldrd lr, r8, [sp, #MCUTK_FC_ROW_IN]
    sub r8, r8, lr
    lsls r8, r8, #29            /* the sign is now bit 2: an odd count of four inputs */
    bmi 3f
2:  four_inputs
3:  four_inputs
    ldr r10, [sp, #MCUTK_FC_ROW_IN_END]
    cmp lr, r10
    bne 2b

    str r12, [sp, #MCUTK_FC_ROW_WEIGHTS]
    ldrd r8, r9, [sp, #MCUTK_FC_ROW_OUT]
    .if \shared
    ldrd r10, r11, [r9]
    ldr lr, [sp, #MCUTK_FC_ROW_ROUNDING]
    lsl lr, lr, r11
    .endif
    two_channels \linear, \shared, r0, r1
    two_channels \linear, \shared, r2, r3
    two_channels \linear, \shared, r4, r5
    two_channels \linear, \shared, r6, r7
    strd r8, r9, [sp, #MCUTK_FC_ROW_OUT]
    ldr r12, [sp, #MCUTK_FC_ROW_WEIGHTS]
    ldr r10, [sp, #MCUTK_FC_ROW_GROUPS]
    subs r10, r10, #1
    str r10, [sp, #MCUTK_FC_ROW_GROUPS]
    bne 1b

    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    fc_row mcutk_fc_row_relu_dsp, 0, 0
    fc_row mcutk_fc_row_linear_dsp, 1, 0
    fc_row mcutk_fc_row_relu_shared_dsp, 0, 1
    fc_row mcutk_fc_row_linear_shared_dsp, 1, 1
#endif
