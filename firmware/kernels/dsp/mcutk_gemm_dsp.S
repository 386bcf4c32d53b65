/* Two pixels by four channels in 12 instructions for 16 products; mcutk_gemm_dsp.h has the packing.
 *
 * In the loop:   r0 r1 r2 r3  pixel 0: 256*c0+c1, c1, 256*c2+c3, c3      r4 r5 r6 r7  pixel 1 alike
 *                r8 r9 weights   r10 column pointer   r11 lr inputs   r12 weight pointer
 * No register is left for a count: the loop compares the column pointer with a word of the frame.
 */
#include "mcutk_assembly.h"
#include "mcutk_dsp_offsets.h"

#if defined(__ARM_FEATURE_DSP)
    /* Words at sp. */
    .equ AT_COLUMN, 0
    .equ AT_ENTRY, 4            /* where the first turn enters the unrolled loop */
    .equ AT_COLUMN_END, 8
    .equ AT_OUT0, 12
    .equ AT_OUT1, 16
    .equ AT_SCALES, 20
    .equ AT_ROUNDING, 24
    .equ AT_SCALES_END, 28
    .equ AT_WEIGHTS, 32
    .equ LOCAL_BYTES, 40
    .equ FRAME, 36 + LOCAL_BYTES    /* push {r4-r11, lr} */

    .if AT_ENTRY - AT_COLUMN != 4 || AT_OUT1 - AT_OUT0 != 4 || AT_ROUNDING - AT_SCALES != 4
    .error "words that are loaded in pairs must be adjacent"
    .endif
    .if MCUTK_GEMM_WEIGHTS != 0 || MCUTK_GEMM_SCALES != 4 || MCUTK_GEMM_SCALES_END != 8
    .error "ldm expects the members of mcutk_gemm in this order"
    .endif
    .if MCUTK_SCALES_RIGHT_SHIFTS != 0 || MCUTK_SCALES_MULTIPLIERS != 4
    .error "ldrd expects the first multiplier behind the right shifts"
    .endif
    .if MCUTK_GEMM_COLUMN != 12 || MCUTK_GEMM_COLUMN_END != 16 || MCUTK_GEMM_ROUNDING != 20
    .error "ldm expects the members of mcutk_gemm in this order"
    .endif

    .equ STEP_BYTES, 48             /* of code */
    .equ WIDE_STEP_BYTES, 44
    .equ STEP_COLUMN_BYTES, 8       /* of the column buffer */
    .equ UNROLL, 8                  /* steps of a turn */
    .if UNROLL & (UNROLL - 1)
    .error "UNROLL must be a power of two"
    .endif

    /* Two inputs of both pixels for four channels. */
    .macro step
    ldrd r8, r9, [r12], #8
    ldrd r11, lr, [r10], #8
    smlad r0, r8, r11, r0
    smlad r4, r8, lr, r4
    sxtb16 r8, r8
    smlad r1, r8, r11, r1
    smlad r5, r8, lr, r5
    smlad r2, r9, r11, r2
    smlad r6, r9, lr, r6
    sxtb16 r9, r9
    smlad r3, r9, r11, r3
    smlad r7, r9, lr, r7
    .endm

    /* The same with weights that are half-words already: 11 instructions. */
    .macro wide_step
    ldrd r8, r9, [r12], #8
    ldrd r11, lr, [r10], #8
    smlad r0, r8, r11, r0
    smlad r4, r8, lr, r4
    smlad r1, r9, r11, r1
    smlad r5, r9, lr, r5
    ldrd r8, r9, [r12], #8
    smlad r2, r8, r11, r2
    smlad r6, r8, lr, r6
    smlad r3, r9, r11, r3
    smlad r7, r9, lr, r7
    .endm

    /* One output of a doubled sum: lr rounding and zero point, r11 right shift - 1.
     * SMMLAR is gemmlowp's doubling high multiplication; -1 for a negative sum rounds halves away from zero. */
    .macro finish linear, multiplier, acc, out
    .if \linear
    add r12, lr, \acc, asr #31
    smmlar \acc, \acc, \multiplier, r12
    .else
    smmlar \acc, \acc, \multiplier, lr
    .endif
    asr \acc, \acc, r11
    ssat \acc, #8, \acc, asr #1
    strb \acc, [\out], #1
    .endm

    .macro even_channel wide, linear, multiplier, high0, low0, high1, low1
    .if \wide
    odd_channel \linear, \multiplier, \high0, \high1
    .else
    sub \high0, \high0, \low0
    sub \high1, \high1, \low1
    asr \high0, \high0, #7
    asr \high1, \high1, #7
    finish \linear, \multiplier, \high0, r8
    finish \linear, \multiplier, \high1, r9
    .endif
    .endm

    .macro odd_channel linear, multiplier, low0, low1
    lsl \low0, \low0, #1
    lsl \low1, \low1, #1
    finish \linear, \multiplier, \low0, r8
    finish \linear, \multiplier, \low1, r9
    .endm

    .macro gemm name, wide, linear, raw=0
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    sub sp, sp, #LOCAL_BYTES
    ldm r0, {r3-r8}             /* weights, scales, scales_end, column, column_end, rounding */
    mov r12, r3
    str r4, [sp, #AT_SCALES]
    str r5, [sp, #AT_SCALES_END]
    str r6, [sp, #AT_COLUMN]
    str r7, [sp, #AT_COLUMN_END]
    str r8, [sp, #AT_ROUNDING]
    strd r1, r2, [sp, #AT_OUT0]
    sub r7, r6, r7              /* -STEP_COLUMN_BYTES * steps */
    and r7, r7, #STEP_COLUMN_BYTES * (UNROLL - 1)
    adr r6, 2f                  /* skips the steps that the first turn lacks */
    .if \wide
    add r6, r6, r7, lsl #2      /* 5.5 bytes of code per byte of column */
    add r6, r6, r7
    add r6, r6, r7, lsr #1
    .if 2 * WIDE_STEP_BYTES != 11 * STEP_COLUMN_BYTES
    .error "the code above skips 5.5 bytes per byte of column"
    .endif
    .else
    add r6, r6, r7, lsl #2      /* 6 bytes of code per byte of column */
    add r6, r6, r7, lsl #1
    .if STEP_BYTES != 6 * STEP_COLUMN_BYTES
    .error "the code above skips 6 bytes per byte of column"
    .endif
    .endif
    orr r6, r6, #1
    str r6, [sp, #AT_ENTRY]

1:  ldm r12, {r0-r3}
    ldm r12!, {r4-r7}
    ldm sp, {r10, pc}           /* column, entry */

    .balign 4
2:
    .rept UNROLL
    .if \wide
    wide_step
    .else
    step
    .endif
    .endr
3:  .if \wide
    .if 3b - 2b != UNROLL * WIDE_STEP_BYTES
    .error "a wide step does not have WIDE_STEP_BYTES"
    .endif
    .else
    .if 3b - 2b != UNROLL * STEP_BYTES
    .error "a step does not have STEP_BYTES"
    .endif
    .endif
    ldr r11, [sp, #AT_COLUMN_END]
    cmp r10, r11
    bne 2b

    .if \raw
    ldr r8, [sp, #AT_OUT0]
    .ifeq \wide
    sub r0, r0, r1
    sub r2, r2, r3
    sub r4, r4, r5
    sub r6, r6, r7
    asr r0, r0, #8
    asr r2, r2, #8
    asr r4, r4, #8
    asr r6, r6, #8
    .endif
    stm r8, {r0-r7}
    .else
    .if \linear
    str r12, [sp, #AT_WEIGHTS]   /* r12 is the temporary of its rounding */
    .endif
    ldrd r8, lr, [sp, #AT_SCALES]
    ldrd r11, r10, [r8], #MCUTK_SCALES_BYTES    /* right shifts, first multiplier */
    lsl lr, lr, r11
    str r8, [sp, #AT_SCALES]
    ldrd r8, r9, [sp, #AT_OUT0]
    even_channel \wide, \linear, r10, r0, r1, r4, r5

    ldrd r0, r4, [sp, #AT_SCALES]   /* of the next group; rounding */
    lsr r11, r11, #8
    ldr r10, [r0, #MCUTK_SCALES_MULTIPLIERS + 4 - MCUTK_SCALES_BYTES]
    lsl lr, r4, r11
    odd_channel \linear, r10, r1, r5

    lsr r11, r11, #8
    ldrd r10, r1, [r0, #MCUTK_SCALES_MULTIPLIERS + 8 - MCUTK_SCALES_BYTES]
    lsl lr, r4, r11
    even_channel \wide, \linear, r10, r2, r3, r6, r7

    lsr r11, r11, #8
    lsl lr, r4, r11
    odd_channel \linear, r1, r3, r7

    ldr r1, [sp, #AT_SCALES_END]
    strd r8, r9, [sp, #AT_OUT0]
    .if \linear
    ldr r12, [sp, #AT_WEIGHTS]
    .endif
    cmp r0, r1
    bne 1b
    .endif

    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    gemm mcutk_gemm_dsp_relu, 0, 0
    gemm mcutk_gemm_dsp_linear, 0, 1
    gemm mcutk_gemm_dsp_raw, 0, 0, 1
    gemm mcutk_gemm_wide_dsp_relu, 1, 0
    gemm mcutk_gemm_wide_dsp_linear, 1, 1
    gemm mcutk_gemm_wide_dsp_raw, 1, 0, 1
#endif
