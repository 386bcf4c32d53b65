/* Strips of a 3x3 depthwise convolution: 29 (stride 1) or 32 (stride 2) instructions for two outputs of nine products,
 * requantization and stores included; mcutk_depthwise_rows_dsp.h has the layout. */
#if defined(__ARM_FEATURE_DSP)
    .syntax unified
    .thumb

    .macro function name
    .section .text.\name, "ax", %progbits
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
\name:
    .endm

    /* r0 strip, r1 rows, r2 step, r3 columns, on the stack the channel */
    function mcutk_depthwise_build_s1_dsp
    push {r4-r11, lr}
    mov r6, r0
    add lr, r0, r3, lsl #5
    mov r5, r2
    ldm r1, {r0-r3}
    ldr r4, [sp, #36]
1:  ldr r7, [r0, r4]
    ldr r8, [r1, r4]
    ldr r9, [r2, r4]
    ldr r10, [r3, r4]
    add r4, r4, r5
    pkhbt r11, r7, r8, lsl #16      /* channels 0 and 1 of rows 0 and 1 */
    pkhtb r8, r8, r7, asr #16       /* channels 2 and 3 */
    pkhbt r12, r9, r10, lsl #16     /* rows 2 and 3 */
    pkhtb r10, r10, r9, asr #16
    sxtb16 r7, r11
    sxtb16 r9, r12
    strd r7, r9, [r6], #32
    sxtb16 r7, r11, ror #8
    sxtb16 r9, r12, ror #8
    strd r7, r9, [r6, #-24]
    sxtb16 r7, r8
    sxtb16 r9, r10
    strd r7, r9, [r6, #-16]
    sxtb16 r7, r8, ror #8
    sxtb16 r9, r10, ror #8
    strd r7, r9, [r6, #-8]
    cmp r6, lr
    bne 1b
    pop {r4-r11, pc}
    .size mcutk_depthwise_build_s1_dsp, . - mcutk_depthwise_build_s1_dsp

    function mcutk_depthwise_build_s2_dsp
    push {r4-r11, lr}
    mov r7, r0
    add lr, r0, r3, lsl #6
    mov r6, r2
    ldm r1, {r0-r4}
    ldr r5, [sp, #36]
1:  ldr r8, [r4, r5]
    sxtb16 r9, r8
    sxtb16 r8, r8, ror #8
    str r9, [r7, #8]
    str r8, [r7, #24]
    lsr r9, r9, #16
    lsr r8, r8, #16
    str r9, [r7, #40]
    str r8, [r7, #56]
    ldr r8, [r0, r5]
    ldr r9, [r1, r5]
    pkhbt r10, r8, r9, lsl #16
    pkhtb r8, r9, r8, asr #16
    ldr r9, [r2, r5]
    ldr r11, [r3, r5]
    pkhbt r12, r9, r11, lsl #16
    pkhtb r9, r11, r9, asr #16
    add r5, r5, r6
    sxtb16 r11, r10
    str r11, [r7], #64
    sxtb16 r11, r12
    str r11, [r7, #4 - 64]
    sxtb16 r10, r10, ror #8
    sxtb16 r12, r12, ror #8
    strd r10, r12, [r7, #16 - 64]
    sxtb16 r10, r8
    sxtb16 r12, r9
    strd r10, r12, [r7, #32 - 64]
    sxtb16 r10, r8, ror #8
    sxtb16 r12, r9, ror #8
    strd r10, r12, [r7, #48 - 64]
    cmp r7, lr
    bne 1b
    pop {r4-r11, pc}
    .size mcutk_depthwise_build_s2_dsp, . - mcutk_depthwise_build_s2_dsp

    .equ ROWS_STRIP, 0      /* the frame begins with a copy of mcutk_depthwise_rows */
    .equ ROWS_WEIGHTS, 4
    .equ ROWS_TABLE, 8
    .equ ROWS_SHIFTS, 12
    .equ ROWS_OUT, 16
    .equ ROWS_ROW, 20
    .equ ROWS_STEP, 24
    .equ ROWS_COLUMNS, 28
    .equ ROWS_CHANNELS, 32
    .equ ROWS_ROUNDING, 36
    .equ ROWS_BIAS, 40      /* twice the same */
    .equ ROWS_SCALE, 48     /* multiplier, right shift - 1 */
    .equ ROWS_END, 56       /* end of the strip, then a copy of the step */
    .equ ROWS_BYTES, 64

    /* One kernel column of two outputs. r6, r7: sums */
    .macro column_s1 first, last, address:vararg
    ldrd r8, r9, \address
    smlad r6, r8, \first, r6
    smlabt r6, r9, \last, r6
    smlatb r7, r8, \first, r7
    smlad r7, r9, \last, r7
    .endm

    .macro column_s2 first, last, at
    ldrd r8, r9, [r10, #\at]
    smlad r6, r8, \first, r6
    ldr r8, [r10, #\at + 8]
    smlabt r6, r9, \last, r6
    smlad r7, r9, \first, r7
    smlabt r7, r8, \last, r7
    .endm

    .macro high_mul linear, acc
    .if \linear
    smmulr \acc, \acc, r8
    add \acc, \acc, \acc, asr #31
    add \acc, \acc, r12
    .else
    smmlar \acc, \acc, r8, r12
    .endif
    .endm

    /* r0-r2: pairs (w0x, w1x), r3-r5: (w1x, w2x), all doubled   r6 r7 sums   r8 r9 inputs   r10 strip   r11 out
     * r12 rounding and zero point   lr bytes to the second row */
    .macro rows name, stride, linear
    function \name
    push {r4-r11, lr}
    sub sp, sp, #ROWS_BYTES
    ldm r0!, {r1-r5}
    stm sp, {r1-r5}
    ldm r0, {r1-r5}
    add r6, sp, #ROWS_ROW
    stm r6, {r1-r5}
    str r2, [sp, #ROWS_END + 4]

1:  ldr r10, [sp, #ROWS_WEIGHTS]
    ldr r9, [sp, #ROWS_TABLE]
    ldm r10!, {r6-r8, r12}
    ldr r11, [r9], #4
    strd r10, r9, [sp, #ROWS_WEIGHTS]
    strd r12, r12, [sp, #ROWS_BIAS]
    ldr r12, [sp, #ROWS_SHIFTS]
    strd r11, r12, [sp, #ROWS_SCALE]
    ldr r11, [sp, #ROWS_ROUNDING]
    lsl r12, r11, r12
    sxtb16 r0, r6
    sxtb16 r1, r6, ror #8
    sxtb16 r2, r7
    sxtb16 r3, r7, ror #8
    sxtb16 r4, r8
    sxtb16 r5, r8, ror #8
    sadd16 r0, r0, r0
    sadd16 r1, r1, r1
    sadd16 r2, r2, r2
    sadd16 r3, r3, r3
    sadd16 r4, r4, r4
    sadd16 r5, r5, r5
    ldr r10, [sp, #ROWS_STRIP]
    ldr r6, [sp, #ROWS_COLUMNS]
    ldrd r11, lr, [sp, #ROWS_OUT]
    add r6, r6, r10
    str r6, [sp, #ROWS_END]

2:  ldrd r6, r7, [sp, #ROWS_BIAS]
    .if \stride == 1
    column_s1 r0, r3, [r10], #32
    column_s1 r1, r4, [r10]
    column_s1 r2, r5, [r10, #32]
    .else
    column_s2 r0, r3, 0
    column_s2 r1, r4, 64
    column_s2 r2, r5, 128
    add r10, r10, #128
    .endif
    ldrd r8, r9, [sp, #ROWS_SCALE]
    high_mul \linear, r6
    high_mul \linear, r7
    asr r6, r6, r9
    asr r7, r7, r9
    ssat r6, #8, r6, asr #1
    ssat r7, #8, r7, asr #1
    ldrd r8, r9, [sp, #ROWS_END]
    strb r7, [r11, lr]          /* first, for without a second row lr is 0 */
    strb r6, [r11]
    add r11, r11, r9
    cmp r10, r8
    bne 2b

    ldr r10, [sp, #ROWS_STRIP]
    ldr r11, [sp, #ROWS_OUT]
    ldr r12, [sp, #ROWS_SHIFTS]
    ldr r9, [sp, #ROWS_CHANNELS]
    add r10, r10, #(\stride * 8)
    add r11, r11, #1
    lsr r12, r12, #8
    str r10, [sp, #ROWS_STRIP]
    strd r12, r11, [sp, #ROWS_SHIFTS]
    subs r9, r9, #1
    str r9, [sp, #ROWS_CHANNELS]
    bne 1b

    add sp, sp, #ROWS_BYTES
    pop {r4-r11, pc}
    .size \name, . - \name
    .endm

    rows mcutk_depthwise_rows_s1_relu_dsp, 1, 0
    rows mcutk_depthwise_rows_s1_linear_dsp, 1, 1
    rows mcutk_depthwise_rows_s2_relu_dsp, 2, 0
    rows mcutk_depthwise_rows_s2_linear_dsp, 2, 1
#endif
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
