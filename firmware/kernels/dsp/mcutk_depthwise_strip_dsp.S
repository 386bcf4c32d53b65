/* Strips of a 3x3 depthwise convolution: 27 (stride 1) or 29 (stride 2) instructions for two outputs of nine products,
 * requantization and stores included; mcutk_depthwise_strip_dsp.h has the layout. */
#include "mcutk_assembly.h"
#include "mcutk_dsp_offsets.h"

#if defined(__ARM_FEATURE_DSP)
    .equ BUILD_FRAME, 36            /* push {r4-r11, lr} */

    /* Four channels of two rows: three words from channel to channel. */
    .macro build_pair first, second, at
    ldr r10, [\first, r7]
    ldr r11, [\second, r7]
    pkhbt r12, r10, r11, lsl #16    /* channels 0 and 1 of both rows */
    pkhtb r11, r11, r10, asr #16    /* channels 2 and 3 */
    sxtb16 lr, r12
    str lr, [r6, #\at]
    sxtb16 r12, r12, ror #8
    str r12, [r6, #\at + 12]
    sxtb16 lr, r11
    str lr, [r6, #\at + 24]
    sxtb16 r11, r11, ror #8
    str r11, [r6, #\at + 36]
    .endm

    /* r0 strip, r1 rows, r2 step, r3 columns; the channel is on the stack, above the frame */
    mcutk_function mcutk_depthwise_build_s1_dsp, BUILD_FRAME
    push {r4-r11, lr}
    mov r6, r0
    add r9, r3, r3, lsl #1
    add r9, r6, r9, lsl #4
    mov r8, r2
    ldr r7, [sp, #BUILD_FRAME]
    ldm r1, {r0-r5}
1:  build_pair r0, r1, 0
    build_pair r2, r3, 4
    build_pair r4, r5, 8
    add r7, r7, r8
    add r6, r6, #48
    cmp r6, r9
    bne 1b
    pop {r4-r11, pc}
    mcutk_end mcutk_depthwise_build_s1_dsp

    /* r0 strip, r1 rows, r2 step, r3 columns; the channel is on the stack, above the frame */
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
    .equ AT_SCALE, MCUTK_STRIP_BYTES + 8    /* multiplier; rounding and zero point */
    .equ AT_STORE, MCUTK_STRIP_BYTES + 16   /* bytes to the second row of the pass, bytes from pixel to pixel */
    .equ AT_END, MCUTK_STRIP_BYTES + 24     /* of the strip's columns of the pass */
    .equ LOCAL_BYTES, MCUTK_STRIP_BYTES + 32
    .equ FRAME, 36 + LOCAL_BYTES            /* push {r4-r11, lr} */

    .if MCUTK_STRIP_BYTES != 48 || MCUTK_STRIP_STEP != 24
    .error "ldm expects twelve words, the step first in the second half"
    .endif
    .if MCUTK_STRIP_MULTIPLIERS - MCUTK_STRIP_WEIGHTS != 4 || MCUTK_STRIP_OUT - MCUTK_STRIP_RIGHT_SHIFTS != 4
    .error "members that are loaded in pairs must be adjacent"
    .endif

    /* A kernel column of two outputs, one above the other. r12 lr: its words; stride 2: r12 is the third word by then */
    .macro column_s1 sum0, sum1, first, last
    smlad \sum0, r12, \first, \sum0
    smlabt \sum0, lr, \last, \sum0
    smlatb \sum1, r12, \first, \sum1
    smlad \sum1, lr, \last, \sum1
    .endm

    .macro column_s2 sum0, sum1, first, last
    smlabt \sum0, lr, \last, \sum0
    smlad \sum1, lr, \first, \sum1
    smlabt \sum1, r12, \last, \sum1
    .endm

    /* A column of one output column. */
    .macro single stride, at, sum0, sum1, first, last
    ldrd r12, lr, [r10, #\at]
    .if \stride == 1
    column_s1 \sum0, \sum1, \first, \last
    .else
    smlad \sum0, r12, \first, \sum0
    ldr r12, [r10, #\at + 8]
    column_s2 \sum0, \sum1, \first, \last
    .endif
    .endm

    /* A column that two output columns share; \first0 \last0: its weights for the first of them, r6 r7 its sums */
    .macro shared stride, at, first0, last0, first1, last1
    ldrd r12, lr, [r10, #\at]
    .if \stride == 1
    column_s1 r6, r7, \first0, \last0
    column_s1 r8, r9, \first1, \last1
    .else
    smlad r6, r12, \first0, r6
    smlad r8, r12, \first1, r8
    ldr r12, [r10, #\at + 8]
    column_s2 r6, r7, \first0, \last0
    column_s2 r8, r9, \first1, \last1
    .endif
    .endm

    .macro high_mul linear, acc
    .if \linear
    smmulr \acc, \acc, r12
    add \acc, \acc, \acc, asr #31
    add \acc, \acc, lr
    .else
    smmlar \acc, \acc, r12, lr
    .endif
    .endm

    .macro limit acc
    asr \acc, \acc, r12
    ssat \acc, #8, \acc, asr #1
    .endm

    /* Two outputs, one above the other; the second row first, for without one its distance is 0. */
    .macro store sum0, sum1
    strb \sum1, [r11, r12]
    strb \sum0, [r11]
    add r11, r11, lr
    .endm

    /* r0-r2: pairs (w0x, w1x), r3-r5: (w1x, w2x), all doubled   r6-r9 sums of two output columns   r10 strip   r11 out
     * r12 lr inputs, then scale */
    .macro rows name, stride, linear
    .equ COLUMN_\stride\linear, 48 * (2 - \stride) + 64 * (\stride - 1)
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    sub sp, sp, #LOCAL_BYTES
    ldm r0!, {r1-r6}
    stm sp, {r1-r6}
    ldm r0, {r1-r6}
    add r7, sp, #MCUTK_STRIP_STEP
    stm r7, {r1-r6}
    str r1, [sp, #AT_STORE + 4]

1:  ldrd r10, r9, [sp, #MCUTK_STRIP_WEIGHTS]
    ldm r10!, {r6-r8, r12}
    ldr r11, [r9], #4
    strd r10, r9, [sp, #MCUTK_STRIP_WEIGHTS]
    strd r12, r12, [sp, #AT_BIAS]
    ldr r12, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    ldr lr, [sp, #MCUTK_STRIP_ROUNDING]
    lsl lr, lr, r12
    strd r11, lr, [sp, #AT_SCALE]
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
    ldr r11, [sp, #MCUTK_STRIP_OUT]
    ldr r6, [sp, #MCUTK_STRIP_ROW]

2:  ldr r7, [sp, #MCUTK_STRIP_COLUMN_BYTES]
    str r6, [sp, #AT_STORE]
    add r6, r7, r10
    str r6, [sp, #AT_END]
    tst r7, #(COLUMN_\stride\linear * \stride) & -(COLUMN_\stride\linear * \stride)    /* an odd number of pixels */
    beq 4f
    ldrd r6, r7, [sp, #AT_BIAS]
    single \stride, 0, r6, r7, r0, r3
    single \stride, COLUMN_\stride\linear, r6, r7, r1, r4
    single \stride, 2 * COLUMN_\stride\linear, r6, r7, r2, r5
    add r10, r10, #\stride * COLUMN_\stride\linear
    ldrd r12, lr, [sp, #AT_SCALE]
    high_mul \linear, r6
    high_mul \linear, r7
    ldr r12, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    limit r6
    limit r7
    ldrd r12, lr, [sp, #AT_STORE]
    store r6, r7
    b 5f

4:  ldrd r6, r7, [sp, #AT_BIAS]
    ldrd r8, r9, [sp, #AT_BIAS]
    single \stride, 0, r6, r7, r0, r3
    .if \stride == 1
    shared 1, 48, r1, r4, r0, r3
    shared 1, 96, r2, r5, r1, r4
    single 1, 144, r8, r9, r2, r5
    .else
    single 2, 64, r6, r7, r1, r4
    shared 2, 128, r2, r5, r0, r3
    single 2, 192, r8, r9, r1, r4
    single 2, 256, r8, r9, r2, r5
    .endif
    add r10, r10, #2 * \stride * COLUMN_\stride\linear
    ldrd r12, lr, [sp, #AT_SCALE]
    high_mul \linear, r6
    high_mul \linear, r7
    high_mul \linear, r8
    high_mul \linear, r9
    ldr r12, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    limit r6
    limit r7
    limit r8
    limit r9
    ldrd r12, lr, [sp, #AT_STORE]
    store r6, r7
    store r8, r9
5:  ldr r12, [sp, #AT_END]
    cmp r10, r12
    bne 4b

    ldr r7, [sp, #MCUTK_STRIP_PAIRS]
    .if \stride == 1
    ldr r12, [sp, #MCUTK_STRIP_COLUMN_BYTES]
    ldr r6, [sp, #MCUTK_STRIP_THIRD]
    add r12, r12, r7
    cmp r10, r12                /* the second pass ends a word further */
    bne 6f
    cbz r6, 6f
    ldr r11, [sp, #MCUTK_STRIP_OUT]
    add r10, r7, #4
    add r11, r11, r6
    ldr r6, [sp, #MCUTK_STRIP_FOURTH]
    b 2b
6:
    .endif
    ldrd r12, r11, [sp, #MCUTK_STRIP_RIGHT_SHIFTS]
    ldr r9, [sp, #MCUTK_STRIP_CHANNELS]
    add r7, r7, #COLUMN_\stride\linear / 4
    add r11, r11, #1
    lsr r12, r12, #8
    str r7, [sp, #MCUTK_STRIP_PAIRS]
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
