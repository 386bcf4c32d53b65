/* Two taps of four channels in 20 instructions for 8 products, the loop included; mcutk_taps_dsp.h has the packing.
 *
 * In the loop:   r0-r3 sums   r4 pointers   r5 channel   r6 weights   r7-r12 taps and weights   lr end of the pointers
 */
#include "mcutk_assembly.h"
#include "mcutk_dsp_offsets.h"

#if defined(__ARM_FEATURE_DSP)
    .equ AT_OUT, MCUTK_TAPS_BYTES   /* the words at sp are a copy of mcutk_taps, then the place of the next outputs */
    .equ LOCAL_BYTES, MCUTK_TAPS_BYTES + 4
    .equ FRAME, 36 + LOCAL_BYTES    /* push {r4-r11, lr} */

    .if MCUTK_TAPS_BYTES != 28 || MCUTK_TAPS_FIRST != 0 || MCUTK_TAPS_END != 4 || MCUTK_TAPS_WEIGHTS != 8
    .error "ldm expects the members of mcutk_taps in this order"
    .endif
    .if MCUTK_TAPS_CHANNEL != 16 || AT_OUT - MCUTK_TAPS_ROUNDING != 4
    .error "ldm and ldrd expect the members of mcutk_taps in this order"
    .endif
    .if MCUTK_SCALES_RIGHT_SHIFTS != 0 || MCUTK_SCALES_MULTIPLIERS != 4
    .error "finish expects the multipliers behind the right shifts"
    .endif

    /* One output.   r7 right shifts - 1   r8 multiplier before the next   r9 out   r10 rounding */
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
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    sub sp, sp, #LOCAL_BYTES
    ldm r0, {r4-r10}
    mov r11, r1
    stm sp, {r4-r11}
    mov lr, r5
    mov r5, r8

1:  ldr r4, [sp, #MCUTK_TAPS_FIRST]
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
    ldr r9, [sp, #AT_OUT]
    stm r9!, {r0-r3}
    .else
    ldrd r10, r9, [sp, #MCUTK_TAPS_ROUNDING]
    ldr r8, [sp, #MCUTK_TAPS_SCALES]
    ldr r7, [r8, #MCUTK_SCALES_RIGHT_SHIFTS]
    finish \linear, r0
    finish \linear, r1
    finish \linear, r2
    finish \linear, r3
    add r8, r8, #MCUTK_SCALES_BYTES - 16
    str r8, [sp, #MCUTK_TAPS_SCALES]
    .endif
    str r9, [sp, #AT_OUT]
    ldr r9, [sp, #MCUTK_TAPS_CHANNEL_END]
    add r5, r5, #4
    cmp r5, r9
    bne 1b

    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    taps mcutk_taps_relu_dsp, 0
    taps mcutk_taps_linear_dsp, 1
    taps mcutk_taps_raw_dsp, 0, 1
#endif
