/* Strips of a 3x3 depthwise convolution: 29 (stride 1) or 32 (stride 2) instructions for two outputs of nine products,
 * requantization and stores included; mcutk_depthwise_strip_dsp.h has the layout. */
#include "mcutk_assembly.h"
#include "mcutk_dsp_offsets.h"

#if defined(__ARM_FEATURE_DSP)
    .equ BUILD_FRAME, 36            /* push {r4-r11, lr} */

    /* r0 strip, r1 rows, r2 step, r3 columns; the channel is on the stack, above the frame */
    mcutk_function mcutk_depthwise_build_s1_dsp, BUILD_FRAME
    push {r4-r11, lr}
    mov r6, r0
    add lr, r0, r3, lsl #5
    mov r5, r2
    ldm r1, {r0-r3}
    ldr r4, [sp, #BUILD_FRAME]
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
    mcutk_end mcutk_depthwise_build_s1_dsp

    mcutk_function mcutk_depthwise_build_s2_dsp, BUILD_FRAME
    push {r4-r11, lr}
    mov r7, r0
    add lr, r0, r3, lsl #6
    mov r6, r2
    ldm r1, {r0-r4}
    ldr r5, [sp, #BUILD_FRAME]
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
    mcutk_end mcutk_depthwise_build_s2_dsp

    /* Words at sp behind a copy of mcutk_depthwise_strip. */
    .equ AT_BIAS, MCUTK_STRIP_BYTES         /* twice the same */
    .equ AT_SCALE, MCUTK_STRIP_BYTES + 8    /* multiplier, right shift - 1 */
    .equ AT_END, MCUTK_STRIP_BYTES + 16     /* end of the strip, then a copy of the step */
    .equ LOCAL_BYTES, MCUTK_STRIP_BYTES + 24
    .equ FRAME, 36 + LOCAL_BYTES            /* push {r4-r11, lr} */

    .if MCUTK_STRIP_BYTES != 40 || MCUTK_STRIP_ROW != 20 || MCUTK_STRIP_STEP != 24
    .error "ldm expects ten words, the row and the step first in the second half"
    .endif
    .if MCUTK_STRIP_MULTIPLIERS - MCUTK_STRIP_WEIGHTS != 4 || MCUTK_STRIP_OUT - MCUTK_STRIP_RIGHT_SHIFTS != 4
    .error "members that are loaded in pairs must be adjacent"
    .endif
    .if MCUTK_STRIP_ROW - MCUTK_STRIP_OUT != 4
    .error "members that are loaded in pairs must be adjacent"
    .endif

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
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    sub sp, sp, #LOCAL_BYTES
    ldm r0!, {r1-r5}
    stm sp, {r1-r5}
    ldm r0, {r1-r5}
    add r6, sp, #MCUTK_STRIP_ROW
    stm r6, {r1-r5}
    str r2, [sp, #AT_END + 4]

1:  ldr r10, [sp, #MCUTK_STRIP_WEIGHTS]
    ldr r9, [sp, #MCUTK_STRIP_MULTIPLIERS]
    ldm r10!, {r6-r8, r12}
    ldr r11, [r9], #4
    strd r10, r9, [sp, #MCUTK_STRIP_WEIGHTS]
    strd r12, r12, [sp, #AT_BIAS]
    ldr r12, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    strd r11, r12, [sp, #AT_SCALE]
    ldr r11, [sp, #MCUTK_STRIP_ROUNDING]
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
    ldr r10, [sp, #MCUTK_STRIP_PAIRS]
    ldr r6, [sp, #MCUTK_STRIP_COLUMN_BYTES]
    ldrd r11, lr, [sp, #MCUTK_STRIP_OUT]
    add r6, r6, r10
    str r6, [sp, #AT_END]

2:  ldrd r6, r7, [sp, #AT_BIAS]
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
    ldrd r8, r9, [sp, #AT_SCALE]
    high_mul \linear, r6
    high_mul \linear, r7
    asr r6, r6, r9
    asr r7, r7, r9
    ssat r6, #8, r6, asr #1
    ssat r7, #8, r7, asr #1
    ldrd r8, r9, [sp, #AT_END]
    strb r7, [r11, lr]          /* first, for without a second row lr is 0 */
    strb r6, [r11]
    add r11, r11, r9
    cmp r10, r8
    bne 2b

    ldr r10, [sp, #MCUTK_STRIP_PAIRS]
    ldr r11, [sp, #MCUTK_STRIP_OUT]
    ldr r12, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    ldr r9, [sp, #MCUTK_STRIP_CHANNELS]
    add r10, r10, #(\stride * 8)
    add r11, r11, #1
    lsr r12, r12, #8
    str r10, [sp, #MCUTK_STRIP_PAIRS]
    strd r12, r11, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    subs r9, r9, #1
    str r9, [sp, #MCUTK_STRIP_CHANNELS]
    bne 1b

    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    rows mcutk_depthwise_strip_s1_relu_dsp, 1, 0
    rows mcutk_depthwise_strip_s1_linear_dsp, 1, 1
    rows mcutk_depthwise_strip_s2_relu_dsp, 2, 0
    rows mcutk_depthwise_strip_s2_linear_dsp, 2, 1
#endif
