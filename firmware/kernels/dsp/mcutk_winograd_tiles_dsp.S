/* Exact Winograd F(2x2, 3x3): 11 instructions for 16 products, each of which serves 2.25 products of the convolution;
 * mcutk_winograd_tiles_dsp.h has the layouts. */
#if defined(__ARM_FEATURE_DSP)
#include "mcutk_winograd_assembly.h"

    .equ AT_COLUMNS_ROWS, 0
    .equ AT_COLUMNS_BYTES, 4    /* of the whole quads of inputs */
    .equ AT_COLUMNS_BACK, 8     /* bytes that the last quad lies within the quad before it */
    .equ AT_COLUMNS_ALL, 12     /* bytes of all quads */
    .equ AT_COLUMNS_COUNT, 16
    .equ AT_COLUMNS_END, 20     /* past all quads of the column */
    .equ COLUMNS_LOCAL, 24
    .equ COLUMNS_FRAME, 36 + COLUMNS_LOCAL  /* push {r4-r11, lr} */

    /* Vertical half of the transform: d0 - d2, d1 + d2, d2 - d1, d1 - d3 of two inputs in one word. \at: row 0 from r4 */
    .macro vertical at, rotate:vararg
    sxtb16 r10, r6 \rotate
    sxtb16 r11, r7 \rotate
    sxtb16 r12, r8 \rotate
    sxtb16 lr, r9 \rotate
    ssub16 r10, r10, r12
    str r10, [r4, #\at]
    sadd16 r10, r11, r12
    str r10, [r4, #\at + ROW_BYTES]
    ssub16 r12, r12, r11
    str r12, [r4, #\at + 2 * ROW_BYTES]
    ssub16 lr, r11, lr
    .endm

    /* r0 rows   r1 word of the first column   r2 in_c   r3 columns
     * In the loop:  r0-r3 rows   r4 word of row 3   r5 end   r6-r9 bytes   r10-r12 lr half-words */
    mcutk_function mcutk_winograd_columns_dsp, COLUMNS_FRAME
    push {r4-r11, lr}
    sub sp, sp, #COLUMNS_LOCAL
    add r4, r1, #COLUMNS_BYTES + 3 * ROW_BYTES  /* row 3 of the second word */
    lsrs r5, r2, #2
    mov r6, #2 * COLUMNS_BYTES
    mul r5, r5, r6
    adds r7, r2, #3
    lsrs r7, r7, #2
    mul r7, r7, r6
    rsbs r6, r2, #0
    and r6, r6, #3
    str r0, [sp, #AT_COLUMNS_ROWS]
    strd r5, r6, [sp, #AT_COLUMNS_BYTES]
    strd r7, r3, [sp, #AT_COLUMNS_ALL]

1:  ldrd r6, r5, [sp, #AT_COLUMNS_ROWS]
    ldr r7, [sp, #AT_COLUMNS_ALL]
    ldm r6, {r0-r3}
    adds r7, r7, r4
    adds r5, r5, r4
    str r7, [sp, #AT_COLUMNS_END]
2:  ldr r6, [r0], #4
    ldr r7, [r1], #4
    ldr r8, [r2], #4
    ldr r9, [r3], #4
    vertical -COLUMNS_BYTES - 3 * ROW_BYTES
    str lr, [r4, #-COLUMNS_BYTES]
    vertical -3 * ROW_BYTES, , ror #8
    str lr, [r4], #2 * COLUMNS_BYTES
    cmp r4, r5
    bne 2b

    ldr r5, [sp, #AT_COLUMNS_END]
    cmp r4, r5
    beq 3f
    ldr r7, [sp, #AT_COLUMNS_BACK]
    subs r0, r0, r7
    subs r1, r1, r7
    subs r2, r2, r7
    subs r3, r3, r7
    b 2b

3:  ldr r8, [sp, #AT_COLUMNS_ALL]
    sub r4, r4, r8
    add r4, r4, #4
    ldr r5, [sp, #AT_COLUMNS_ROWS]
    ldm r5, {r0-r3, r6-r9}      /* rows, then steps */
    add r0, r0, r6
    add r1, r1, r7
    add r2, r2, r8
    add r3, r3, r9
    stm r5, {r0-r3}
    ldr r6, [sp, #AT_COLUMNS_COUNT]
    subs r6, r6, #1
    str r6, [sp, #AT_COLUMNS_COUNT]
    bne 1b
    add sp, sp, #COLUMNS_LOCAL
    pop {r4-r11, pc}
    mcutk_end mcutk_winograd_columns_dsp

    .equ AT_TURN, 0             /* bits by which the words are rotated: 0, then 8 */
    .equ AT_QUADS, 4
    .equ WEIGHTS_LOCAL, 8
    .equ WEIGHTS_FRAME, 36 + WEIGHTS_LOCAL  /* push {r4-r11, lr} */

    /* A tap of two inputs. */
    .macro tap to
    ldr \to, [r12], #4
    ror \to, \to, r9
    sxtb16 \to, \to
    .endm

    /* Four columns of a row: u0 + u1 + u2, 2 u0, u0 - u1 + u2, 2 u2; all times two where \twice.   r9 r10 temporary
     * r11 bytes from column to column   lr first column */
    .macro weights_row u0, u1, u2, twice
    sadd16 r9, \u0, \u2
    sadd16 r10, r9, \u1
    ssub16 r9, r9, \u1
    twice \twice
    str r10, [lr]
    str r9, [lr, r11, lsl #1]
    sadd16 r10, \u0, \u0
    sadd16 r9, \u2, \u2
    twice \twice
    str r10, [lr, r11]
    add r10, r11, r11, lsl #1
    str r9, [lr, r10]
    .endm

    .macro twice really
    .if \really
    sadd16 r10, r10, r10
    sadd16 r9, r9, r9
    .endif
    .endm

    .macro three op, a0, a1, a2, b0, b1, b2, c0, c1, c2
    \op \a0, \b0, \c0
    \op \a1, \b1, \c1
    \op \a2, \b2, \c2
    .endm

    /* r0 to   r1 from   r2 quads   r3 bytes from column to column
     * In the loop:  r0-r8 taps, then sums of them   r9 r10 temporary   r11 r3   r12 from   lr to */
    mcutk_function mcutk_winograd_weights_dsp, WEIGHTS_FRAME
    push {r4-r11, lr}
    sub sp, sp, #WEIGHTS_LOCAL
    movs r4, #0
    str r4, [sp, #AT_TURN]
    str r2, [sp, #AT_QUADS]
    mov r12, r1
    mov r11, r3
    add lr, r0, r3
    sub lr, lr, r3, lsr #2      /* row 0 comes last */
1:  ldr r9, [sp, #AT_TURN]
    tap r0
    tap r1
    tap r2
    tap r3
    tap r4
    tap r5
    tap r6
    tap r7
    tap r8
    weights_row r0, r1, r2, 1
    sub lr, lr, r11, lsr #2
    three sadd16, r0, r1, r2, r0, r1, r2, r6, r7, r8
    mov r9, #0
    three ssub16, r6, r7, r8, r9, r9, r9, r6, r7, r8
    weights_row r6, r7, r8, 1
    sub lr, lr, r11, lsr #2
    three ssub16, r6, r7, r8, r3, r4, r5, r0, r1, r2
    weights_row r6, r7, r8, 0
    sub lr, lr, r11, lsr #2
    three sadd16, r3, r4, r5, r3, r4, r5, r0, r1, r2
    weights_row r3, r4, r5, 0
    add lr, lr, r11
    sub lr, lr, r11, lsr #2
    add lr, lr, #16             /* the next two inputs, of four channels */
    ldrd r9, r10, [sp, #AT_TURN]
    eors r9, r9, #8
    ite ne
    subne r12, r12, #36
    subeq r10, r10, #1
    strd r9, r10, [sp, #AT_TURN]
    orrs r9, r9, r10
    bne 1b
    add sp, sp, #WEIGHTS_LOCAL
    pop {r4-r11, pc}
    mcutk_end mcutk_winograd_weights_dsp

    .equ STEP_BYTES, 44

    .macro addp d, a, b
    sadd16 \d, \a, \b
    .endm

    .macro subp d, a, b
    ssub16 \d, \a, \b
    .endm

    /* Two inputs of two tiles for four channels. */
    .macro step
    ldrd r8, r9, [r12], #8
    ldrd r11, lr, [r10], #V_BYTES
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

    /* An output of four times the sum. SMMLA leaves one bit below the doubling high multiplication; -2 for a negative sum
     * rounds halves away from zero. */
    .macro finish acc, multiplier, rounding, shift
    asr r3, \acc, #31
    add r3, \rounding, r3, lsl #1
    smmla \acc, \acc, \multiplier, r3
    asr \acc, \acc, \shift
    ssat \acc, #8, \acc, asr #2
    .endm

    winograd_transform mcutk_winograd_transform_dsp
    winograd_pair mcutk_winograd_pair_dsp
    winograd_raw mcutk_winograd_raw_dsp
#else
#include "mcutk_assembly.h"
#endif
