/* The inner blocks of mcutk_winograd_tiles.h for Armv7-M and later, without the DSP extension: 13 instructions for 8 products, each of
 * which serves 2.25 products of the convolution. */
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__) || defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
#include "mcutk_winograd_assembly.h"

    .equ AT_ROWS, 0
    .equ AT_BYTES, 4            /* of a column's words */
    .equ AT_COUNT, 8
    .equ COLUMNS_LOCAL, 16
    .equ COLUMNS_FRAME, 36 + COLUMNS_LOCAL  /* push {r4-r11, lr} */

    /* r0 rows   r1 word of the first column   r2 in_c   r3 columns
     * In the loop:  r0-r3 rows   r4 word of row 3   r5 end   r6-r9 inputs */
    mcutk_function mcutk_winograd_columns, COLUMNS_FRAME
    push {r4-r11, lr}
    sub sp, sp, #COLUMNS_LOCAL
    add r4, r1, #3 * ROW_BYTES
    mov r5, #COLUMNS_BYTES
    mul r5, r5, r2
    strd r0, r5, [sp, #AT_ROWS]
    str r3, [sp, #AT_COUNT]
1:  ldrd r6, r5, [sp, #AT_ROWS]
    ldm r6, {r0-r3}
    add r5, r5, r4
2:  ldrsb r6, [r0], #1
    ldrsb r7, [r1], #1
    ldrsb r8, [r2], #1
    ldrsb r9, [r3], #1
    subs r6, r6, r8
    str r6, [r4, #-3 * ROW_BYTES]
    add r6, r7, r8
    str r6, [r4, #-2 * ROW_BYTES]
    sub r8, r8, r7
    str r8, [r4, #-ROW_BYTES]
    sub r7, r7, r9
    str r7, [r4], #COLUMNS_BYTES
    cmp r4, r5
    bne 2b
    ldrd r5, r8, [sp, #AT_ROWS]
    sub r4, r4, r8
    add r4, r4, #4
    ldm r5, {r0-r3, r6-r9}      /* rows, then steps */
    add r0, r0, r6
    add r1, r1, r7
    add r2, r2, r8
    add r3, r3, r9
    stm r5, {r0-r3}
    ldr r6, [sp, #AT_COUNT]
    subs r6, r6, #1
    str r6, [sp, #AT_COUNT]
    bne 1b
    add sp, sp, #COLUMNS_LOCAL
    pop {r4-r11, pc}
    mcutk_end mcutk_winograd_columns

    .equ STEP_BYTES, 52

    .macro addp d, a, b
    add.w \d, \a, \b
    .endm

    .macro subp d, a, b
    sub.w \d, \a, \b
    .endm

    /* An input of two tiles for four channels. */
    .macro step
    ldrd r11, lr, [r10], #V_BYTES
    ldrsh r8, [r12], #2
    ldrsh r9, [r12], #2
    mla r0, r8, r11, r0
    mla r4, r8, lr, r4
    mla r1, r9, r11, r1
    mla r5, r9, lr, r5
    ldrsh r8, [r12], #2
    ldrsh r9, [r12], #2
    mla r2, r8, r11, r2
    mla r6, r8, lr, r6
    mla r3, r9, r11, r3
    mla r7, r9, lr, r7
    .endm

    /* An output of four times the sum. The high word leaves one bit below the doubling high multiplication; -2 for a negative
     * sum rounds halves away from zero. */
    .macro finish acc, multiplier, rounding, shift
    asr r3, \acc, #31
    add r3, \rounding, r3, lsl #1
    smull r2, \acc, \acc, \multiplier
    add \acc, \acc, r3
    asr \acc, \acc, \shift
    ssat \acc, #8, \acc, asr #2
    .endm

    winograd_transform mcutk_winograd_transform
    winograd_pair mcutk_winograd_outputs
    winograd_raw mcutk_winograd_raw
#else
#include "mcutk_assembly.h"
#endif
