/* Two taps of four channels in 20 instructions for 8 products, the loop included; mcutk_taps_dsp.h has the packing.
 *
 * In the loop:   r0-r3 sums   r4 pointers   r5 channel   r6 weights   r7-r12 taps and weights   lr end of the pointers
 */
#if defined(__ARM_FEATURE_DSP)
    .syntax unified
    .thumb

    .equ TAPS_FIRST, 0      /* the frame is a copy of mcutk_taps */
    .equ TAPS_END, 4
    .equ TAPS_WEIGHTS, 8
    .equ TAPS_TABLE, 12
    .equ TAPS_CHANNEL, 16
    .equ TAPS_CHANNEL_END, 20
    .equ TAPS_OUT, 24
    .equ TAPS_ROUNDING, 28
    .equ TAPS_BYTES, 32

    /* r7 shifts   r8 table   r9 out   r10 rounding */
    .macro finish linear, acc
    ldr r11, [r8, #4]!
    lsl \acc, \acc, #1
    lsl r12, r10, r7
    .if \linear
    add r12, r12, \acc, asr #31
    .endif
    smmlar \acc, \acc, r11, r12
    asr \acc, \acc, r7
    ssat \acc, #8, \acc, asr #1
    lsr r7, r7, #8
    strb \acc, [r9], #1
    .endm

    .macro taps name, linear, raw=0
    .section .text.\name, "ax", %progbits
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
\name:
    push {r4-r11, lr}
    sub sp, sp, #TAPS_BYTES
    ldm r0, {r4-r11}
    stm sp, {r4-r11}
    mov lr, r5
    mov r5, r8

1:  ldr r4, [sp, #TAPS_FIRST]
    ldm r6!, {r0-r3}
2:  ldrd r7, r8, [r4], #8
    ldrd r11, r12, [r6], #8
    ldr r7, [r7, r5]
    ldr r8, [r8, r5]
    pkhbt r9, r7, r8, lsl #16   /* channels 0 and 1 of both taps */
    pkhtb r8, r8, r7, asr #16   /* channels 2 and 3 */
    sxtb16 r7, r9
    sxtb16 r10, r11
    smlad r0, r7, r10, r0
    sxtb16 r9, r9, ror #8
    sxtb16 r11, r11, ror #8
    smlad r1, r9, r11, r1
    sxtb16 r7, r8
    sxtb16 r10, r12
    smlad r2, r7, r10, r2
    sxtb16 r8, r8, ror #8
    sxtb16 r12, r12, ror #8
    smlad r3, r8, r12, r3
    cmp r4, lr
    bne 2b

    .if \raw
    ldr r9, [sp, #TAPS_OUT]
    stm r9!, {r0-r3}
    .else
    ldrd r9, r10, [sp, #TAPS_OUT]
    ldr r8, [sp, #TAPS_TABLE]
    ldr r7, [r8]
    finish \linear, r0
    finish \linear, r1
    finish \linear, r2
    finish \linear, r3
    add r8, r8, #4
    str r8, [sp, #TAPS_TABLE]
    .endif
    str r9, [sp, #TAPS_OUT]
    ldr r9, [sp, #TAPS_CHANNEL_END]
    add r5, r5, #4
    cmp r5, r9
    bne 1b

    add sp, sp, #TAPS_BYTES
    pop {r4-r11, pc}
    .size \name, . - \name
    .endm

    taps mcutk_taps_relu_dsp, 0
    taps mcutk_taps_linear_dsp, 1
    taps mcutk_taps_raw_dsp, 0, 1
#endif
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
