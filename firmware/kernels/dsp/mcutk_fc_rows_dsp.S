/* One row by eight channels: 31 instructions for 32 products; mcutk_fc_dsp.h has the packing.
 *
 * In the loop:   r0 r1 ... r6 r7  256*c0+c1, c1, ... 256*c6+c7, c7    r8 r9 inputs 0 2, 1 3
 *                r10 r11 weights   r12 weight pointer   lr input pointer
 */
#if defined(__ARM_FEATURE_DSP)
    .syntax unified
    .thumb

    .equ ROW_WEIGHTS, 0     /* the frame is a copy of mcutk_fc_row */
    .equ ROW_IN, 4
    .equ ROW_IN_END, 8
    .equ ROW_OUT, 12
    .equ ROW_TABLE, 16
    .equ ROW_STEP, 20
    .equ ROW_ROUNDING, 24
    .equ ROW_GROUPS, 28
    .equ ROW_BYTES, 32

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

    /* One result of a doubled accumulator.   r8 out   r9 table   r10 multiplier   r11 right shift - 1   r12 step */
    .macro finish linear, acc
    ldrd r10, r11, [r9]
    ldr lr, [sp, #ROW_ROUNDING]
    add r9, r9, r12
    lsl lr, lr, r11
    .if \linear
    add lr, lr, \acc, asr #31
    .endif
    smmlar \acc, \acc, r10, lr
    asr \acc, \acc, r11
    ssat \acc, #8, \acc, asr #1
    strb \acc, [r8], #1
    .endm

    .macro two_channels linear, high, low
    sub \high, \high, \low
    asr \high, \high, #7
    lsl \low, \low, #1
    finish \linear, \high
    finish \linear, \low
    .endm

    .macro fc_row name, linear
    .section .text.\name, "ax", %progbits
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
\name:
    push {r4-r11, lr}
    sub sp, sp, #ROW_BYTES
    ldm r0, {r1-r8}
    stm sp, {r1-r8}
    mov r12, r1

1:  ldm r12!, {r0-r7}
    ldrd lr, r8, [sp, #ROW_IN]
    sub r8, r8, lr
    lsls r8, r8, #29            /* the sign is now bit 2: an odd count of four inputs */
    bmi 3f
2:  four_inputs
3:  four_inputs
    ldr r10, [sp, #ROW_IN_END]
    cmp lr, r10
    bne 2b

    str r12, [sp, #ROW_WEIGHTS]
    ldrd r8, r9, [sp, #ROW_OUT]
    ldr r12, [sp, #ROW_STEP]
    two_channels \linear, r0, r1
    two_channels \linear, r2, r3
    two_channels \linear, r4, r5
    two_channels \linear, r6, r7
    strd r8, r9, [sp, #ROW_OUT]
    ldr r12, [sp, #ROW_WEIGHTS]
    ldr r10, [sp, #ROW_GROUPS]
    subs r10, r10, #1
    str r10, [sp, #ROW_GROUPS]
    bne 1b

    add sp, sp, #ROW_BYTES
    pop {r4-r11, pc}
    .size \name, . - \name
    .endm

    fc_row mcutk_fc_row_relu_dsp, 0
    fc_row mcutk_fc_row_linear_dsp, 1
#endif
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
