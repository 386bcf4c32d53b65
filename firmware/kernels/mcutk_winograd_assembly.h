/* Macros of the inner blocks of the Winograd convolutions, and the layouts that they expect (mcutk_winograd_tiles.h).
 *
 * An assembly file that includes this defines
 *   addp d, a, b     d = a + b, of the numbers in a word
 *   subp d, a, b     d = a - b
 *   step             multiplies one word of two tiles by the weights of four channels: adds to r0-r3 (first tile) and r4-r7
 *                    (second tile); r10 and r12 point to V and to the weights and advance; r8 r9 r11 lr are free
 *   STEP_BYTES       the bytes of code of `step`
 *   finish acc, multiplier, rounding, shift    an output in the low byte of acc from four times the sum; r2 r3 are free
 * and then uses winograd_transform, winograd_pair and winograd_raw, each with the name of the function that it makes.
 */
#ifndef MCUTK_WINOGRAD_ASSEMBLY_H
#define MCUTK_WINOGRAD_ASSEMBLY_H

/* Words of a step: 6 columns of 4 rows; 16 positions of 2 tiles; and of T. */
#define MCUTK_WINOGRAD_COLUMNS 24
#define MCUTK_WINOGRAD_V 32
#define MCUTK_WINOGRAD_BLOCK 64

/* mcutk_winograd_pair */
#define MCUTK_WINOGRAD_WEIGHTS 0
#define MCUTK_WINOGRAD_V_FIRST 4
#define MCUTK_WINOGRAD_V_END 8
#define MCUTK_WINOGRAD_SCALES 12
#define MCUTK_WINOGRAD_SCALES_END 16
#define MCUTK_WINOGRAD_ROUNDING 20
#define MCUTK_WINOGRAD_STEP 24
#define MCUTK_WINOGRAD_PAIR_BYTES 28

/* mcutk_winograd_scales */
#define MCUTK_WINOGRAD_SCALES_BYTES 20

#ifdef __ASSEMBLER__
#include "mcutk_assembly.h"

    .equ COLUMNS_BYTES, 4 * MCUTK_WINOGRAD_COLUMNS
    .equ ROW_BYTES, COLUMNS_BYTES / 4
    .equ V_BYTES, 4 * MCUTK_WINOGRAD_V

    .if ROW_BYTES != 24 || V_BYTES != 128
    .error "the code below expects 6 columns, and 16 positions of 2 tiles"
    .endif

    /* Horizontal half of a row for two tiles; columns 4 and 5 become 0 and 1 of the next pair. \at: of its position */
    .macro horizontal at
    ldm r8, {r0-r5}
    strd r4, r5, [r8], #ROW_BYTES
    subp r6, r0, r2
    subp r7, r2, r4
    strd r6, r7, [r9, #\at + 32]
    addp r6, r1, r2
    addp r7, r3, r4
    strd r6, r7, [r9, #\at]
    subp r6, r2, r1
    subp r7, r4, r3
    strd r6, r7, [r9, #\at + 64]
    subp r6, r1, r3
    subp r7, r3, r5
    strd r6, r7, [r9, #\at + 96]
    .endm

    .equ TRANSFORM_FRAME, 32    /* push {r4-r10, lr} */

    /* r0 columns, r1 V, r2 end of the columns */
    .macro winograd_transform name
    mcutk_function \name, TRANSFORM_FRAME
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
    mcutk_end \name
    .endm

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
    .if MCUTK_WINOGRAD_STEP != 24
    .error "ldm expects the members of mcutk_winograd_pair in this order"
    .endif

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
    finish r0, r6, r7, r8
    finish r1, r9, r10, r11
    bfi r0, r1, #8, #8
    strh r0, [lr]
    finish r4, r6, r7, r8
    finish r5, r9, r10, r11
    bfi r4, r5, #8, #8
    ldr r2, [sp, #AT_STEP]
    strh r4, [lr, r2]
    .endm

    .macro winograd_pair name
    mcutk_function \name, FRAME
    begin
0:  add r0, sp, #AT_BLOCK
    add r1, sp, #AT_BLOCK + 4 * MCUTK_WINOGRAD_BLOCK
    strd r0, r1, [sp, #AT_T]
    products
    str r12, [sp, #AT_WEIGHTS]
    add r12, sp, #AT_BLOCK
    ldr r9, [sp, #AT_SCALES]
    ldr r8, [r9], #4            /* right shifts - 1 */
8:  ldrd r6, r0, [r9], #8
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
    mcutk_end \name
    .endm

    /* r1: T of the first group */
    .macro winograd_raw name
    mcutk_function \name, FRAME
    begin
    ldr r0, [sp, #AT_OUT0]
    add r1, r0, #4 * MCUTK_WINOGRAD_BLOCK
    strd r0, r1, [sp, #AT_T]
    products
    add sp, sp, #LOCAL_BYTES
    pop {r4-r11, pc}
    mcutk_end \name
    .endm
#endif

#endif
