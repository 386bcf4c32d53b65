/* Exact Winograd F(2x2, 3x3): 11 instructions for 16 products, each of which serves 2.25 products of the convolution;
 * mcutk_winograd_tiles_dsp.h has the layouts. */
#include "mcutk_assembly.h"
#include "mcutk_dsp_offsets.h"

#if defined(__ARM_FEATURE_DSP)
    /* Words of two int16 inputs: 6 columns of 4 rows, then 16 positions of 2 tiles. */
    .equ COLUMNS_BYTES, 4 * MCUTK_WINOGRAD_COLUMNS
    .equ ROW_BYTES, COLUMNS_BYTES / 4
    .equ V_BYTES, 4 * MCUTK_WINOGRAD_V

    .if ROW_BYTES != 24 || V_BYTES != 128
    .error "the code below expects 6 columns, and 16 positions of 2 tiles"
    .endif

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
    lsr r5, r2, #2
    mov r6, #2 * COLUMNS_BYTES
    mul r5, r5, r6
    add r7, r2, #3
    lsr r7, r7, #2
    mul r7, r7, r6
    rsb r6, r2, #0
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

    /* Horizontal half of a row for two tiles; columns 4 and 5 become 0 and 1 of the next pair. \at: of its position */
    .macro horizontal at
    ldm r8, {r0-r5}
    strd r4, r5, [r8], #ROW_BYTES
    ssub16 r6, r0, r2
    ssub16 r7, r2, r4
    strd r6, r7, [r9, #\at + 32]
    sadd16 r6, r1, r2
    sadd16 r7, r3, r4
    strd r6, r7, [r9, #\at]
    ssub16 r6, r2, r1
    ssub16 r7, r4, r3
    strd r6, r7, [r9, #\at + 64]
    ssub16 r6, r1, r3
    ssub16 r7, r3, r5
    strd r6, r7, [r9, #\at + 96]
    .endm

    .equ TRANSFORM_FRAME, 32    /* push {r4-r10, lr} */

    /* r0 columns, r1 V, r2 end of the columns */
    mcutk_function mcutk_winograd_transform_dsp, TRANSFORM_FRAME
    push {r4-r10, lr}
    mov r8, r0
    mov r9, r1
    mov r10, r2
1:  horizontal 24
    horizontal 0
    horizontal 8
    horizontal 16
    add r9, r9, #V_BYTES
    cmp r8, r10
    bne 1b
    pop {r4-r10, pc}
    mcutk_end mcutk_winograd_transform_dsp

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
    cmp r9, #0
    bne 1b
    cmp r10, #0
    bne 1b
    add sp, sp, #WEIGHTS_LOCAL
    pop {r4-r11, pc}
    mcutk_end mcutk_winograd_weights_dsp

    /* Words at sp. */
    .equ AT_SUMS, 0             /* [8]: M1, then 2 * M1 - (M1 - M2) */
    .equ AT_ZEROS, 32           /* [8] */
    .equ AT_T, 64               /* where the next sums go */
    .equ AT_T_END, 68
    .equ AT_ENTRY, 72           /* where the first turn enters the unrolled loop */
    .equ AT_NEXT, 76            /* what follows the loop */
    .equ AT_V_BACK, 80          /* from the end of a position in V to the start of the next one, negated */
    .equ AT_V_END, 84
    .equ AT_V, 88
    .equ AT_OUT0, 92
    .equ AT_OUT1, 96
    .equ AT_SCALES, 100
    .equ AT_SCALES_END, 104
    .equ AT_ROUNDING, 108
    .equ AT_STEP, 112
    .equ AT_SHIFTS, 116
    .equ AT_WEIGHTS, 120
    .equ AT_BLOCK, 128          /* [4][2][2][4] */
    .equ LOCAL_BYTES, AT_BLOCK + 4 * MCUTK_WINOGRAD_BLOCK
    .equ FRAME, 36 + LOCAL_BYTES    /* push {r4-r11, lr} */

    .equ STEP_BYTES, 44         /* of code */
    .equ UNROLL, 8              /* steps of a turn */
    .if UNROLL & (UNROLL - 1)
    .error "UNROLL must be a power of two"
    .endif
    .if AT_SUMS != 0 || AT_T_END - AT_T != 4 || AT_V_END - AT_V_BACK != 4 || AT_OUT1 - AT_OUT0 != 4
    .error "words that are loaded in pairs must be adjacent"
    .endif
    .if AT_STEP - AT_SCALES != 12
    .error "stm expects four adjacent words"
    .endif
    .if MCUTK_WINOGRAD_WEIGHTS != 0 || MCUTK_WINOGRAD_V_FIRST != 4 || MCUTK_WINOGRAD_V_END != 8
    .error "ldm expects the members of mcutk_winograd_pair in this order"
    .endif
    .if MCUTK_WINOGRAD_SCALES != 12 || MCUTK_WINOGRAD_SCALES_END != 16 || MCUTK_WINOGRAD_ROUNDING != 20
    .error "ldm expects the members of mcutk_winograd_pair in this order"
    .endif
    .if MCUTK_WINOGRAD_STEP != 24 || MCUTK_SCALES_RIGHT_SHIFTS != 0 || MCUTK_SCALES_MULTIPLIERS != 4
    .error "ldm expects the members of mcutk_winograd_pair in this order"
    .endif

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

    /* Adds the products of one position to r0-r7, then goes to \next. */
    .macro multiply next
    adr.w r8, \next + 1
    str r8, [sp, #AT_NEXT]
    ldr pc, [sp, #AT_ENTRY]
    .balign 4
    .endm

    .macro put_sums
    ldr r8, [sp, #AT_T]
    stm r8!, {r0-r7}
    str r8, [sp, #AT_T]
    .endm

    /* 2 * M1 - (M1 - M2) */
    .macro start_t0 a, b, at
    ldrd r8, r9, [sp, #\at]
    rsb r8, \a, r8, lsl #1
    rsb r9, \b, r9, lsl #1
    strd r8, r9, [sp, #\at]
    .endm

    /* r0: a mcutk_winograd_pair, r1 r2: outputs   r12: weights */
    .macro begin
    push {r4-r11, lr}
    sub sp, sp, #LOCAL_BYTES
    ldm r0, {r3-r9}             /* weights, v, v_end, scales, scales_end, rounding, step */
    mov r12, r3
    str r4, [sp, #AT_V]
    strd r1, r2, [sp, #AT_OUT0]
    add r3, sp, #AT_SCALES
    stm r3, {r6-r9}
    subs r4, r5, r4
    subs r4, r4, #8
    strd r4, r5, [sp, #AT_V_BACK]
    rsb r7, r4, #0              /* -V_BYTES * steps + 8 */
    and r7, r7, #V_BYTES * (UNROLL - 1)
    lsr r7, r7, #7              /* steps that the first turn lacks */
    mov r8, #STEP_BYTES
    mul r7, r7, r8
    adr.w r8, 2f + 1
    add r7, r7, r8
    str r7, [sp, #AT_ENTRY]
    movs r7, #0
    mov r8, r7
    strd r7, r8, [sp, #AT_ZEROS]
    strd r7, r8, [sp, #AT_ZEROS + 8]
    strd r7, r8, [sp, #AT_ZEROS + 16]
    strd r7, r8, [sp, #AT_ZEROS + 24]
    .endm

    /* T of four channels, to the words from AT_T to AT_T_END; r12 advances. With the rows 2 and 3 of the transformed weights
     * negated, M1 + (-M2) + (-M3) is one chain of sums, and M0 + M1 + M2 starts from 2 * M1 - (M1 - M2). */
    .macro products
    ldr r10, [sp, #AT_V]
    ldm r12, {r0-r3}
    ldm r12!, {r4-r7}
1:  multiply 3f
2:
    .rept UNROLL
    step
    .endr
9:
    .if 9b - 2b != UNROLL * STEP_BYTES
    .error "a step does not have STEP_BYTES"
    .endif
    ldrd r8, r9, [sp, #AT_V_BACK]
    cmp r10, r9                 /* a position is 8 bytes of V_BYTES: past the end, whichever it is */
    blo 2b
    sub r10, r10, r8
    ldr pc, [sp, #AT_NEXT]

    .balign 4
3:  stm sp, {r0-r7}
    multiply 4f
4:  ldm sp, {r8, r9, r11, lr}
    rsb r8, r0, r8, lsl #1
    rsb r9, r1, r9, lsl #1
    rsb r11, r2, r11, lsl #1
    rsb lr, r3, lr, lsl #1
    stm sp, {r8, r9, r11, lr}
    start_t0 r4, r5, 16
    start_t0 r6, r7, 24
    multiply 5f
5:  put_sums
    ldm sp, {r0-r7}
    multiply 6f
6:  put_sums
    ldr r9, [sp, #AT_T_END]
    cmp r8, r9
    beq 7f
    add r8, sp, #AT_ZEROS
    ldm r8, {r0-r7}
    b 1b
7:
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

    /* Two channels of two pixels of a tile. r12: its words of T   lr: its first output   r2 afterwards: pixel step */
    .macro tile at
    ldrd r0, r1, [r12, #\at]
    ldrd r2, r3, [r12, #\at + 128]
    subs r4, r0, r2
    subs r5, r1, r3
    adds r0, r0, r2
    adds r1, r1, r3
    ldrd r2, r3, [r12, #\at + 64]
    adds r0, r0, r2
    adds r1, r1, r3
    ldrd r2, r3, [r12, #\at + 192]
    subs r4, r4, r2
    subs r5, r5, r3
    ldr r2, [sp, #AT_STEP]
    finish r0, r6, r7, r8
    finish r1, r9, r10, r11
    bfi r0, r1, #8, #8
    strh r0, [lr]
    finish r4, r6, r7, r8
    finish r5, r9, r10, r11
    bfi r4, r5, #8, #8
    strh r4, [lr, r2]
    .endm

    mcutk_function mcutk_winograd_pair_dsp, FRAME
    begin
0:  add r0, sp, #AT_BLOCK
    add r1, sp, #AT_BLOCK + 4 * MCUTK_WINOGRAD_BLOCK
    strd r0, r1, [sp, #AT_T]
    products
    str r12, [sp, #AT_WEIGHTS]
    add r12, sp, #AT_BLOCK
    ldr r9, [sp, #AT_SCALES]
    ldr r8, [r9], #4            /* right shifts - 1 */
8:  ldr r6, [r9], #4
    ldr r0, [r9], #4
    str r9, [sp, #AT_SCALES]
    mov r9, r0
    ldr r0, [sp, #AT_ROUNDING]
    lsr r11, r8, #8
    lsl r7, r0, r8
    lsl r10, r0, r11
    adds r7, r7, #1
    add r10, r10, #1
    lsr r0, r8, #16
    str r0, [sp, #AT_SHIFTS]
    ldr lr, [sp, #AT_OUT1]      /* first, for without a second row it is OUT0 */
    tile 0
    add lr, lr, r2, lsl #1
    tile 16
    ldr lr, [sp, #AT_OUT0]
    tile 32
    add lr, lr, r2, lsl #1
    tile 48
    ldrd r0, r1, [sp, #AT_OUT0]
    adds r0, r0, #2
    adds r1, r1, #2
    strd r0, r1, [sp, #AT_OUT0]
    ldr r8, [sp, #AT_SHIFTS]
    ldr r9, [sp, #AT_SCALES]
    add r12, r12, #8
    add r0, sp, #AT_BLOCK + 16
    cmp r12, r0
    bne 8b
    ldr r12, [sp, #AT_WEIGHTS]
    ldr r0, [sp, #AT_SCALES_END]
    cmp r9, r0
    bne 0b
    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end mcutk_winograd_pair_dsp

    /* r1: T of the first group */
    mcutk_function mcutk_winograd_raw_dsp, FRAME
    begin
    ldr r0, [sp, #AT_OUT0]
    add r1, r0, #4 * MCUTK_WINOGRAD_BLOCK
    strd r0, r1, [sp, #AT_T]
    products
    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end mcutk_winograd_raw_dsp
#endif
