/* mcutk_widen_dsp, mcutk_widen_rows_dsp: 7 instructions for four inputs of two pixels; mcutk_pick_dsp: 14. Contract: mcutk_gather_dsp.h. */
#include "mcutk_assembly.h"

#if defined(__ARM_FEATURE_DSP)
    .equ WIDEN_FRAME, 16        /* push {r4-r7} */
    .equ PICK_FRAME, 36         /* push {r4-r11, lr} */

    /* r0 to   r1 a   r2 b   r3 inputs of a   r4-r7 words of the column buffer */
    .macro widen_four
    ldr r3, [r1], #4
    ldr r7, [r2], #4
    sxtb16 r4, r3
    sxtb16 r5, r7
    sxtb16 r6, r3, ror #8
    sxtb16 r7, r7, ror #8
    stm r0!, {r4-r7}
    .endm

    mcutk_function mcutk_widen_dsp, WIDEN_FRAME
    push {r4-r7}
    cbz r3, 3f
    add r12, r0, r3, lsl #4     /* 16 bytes for every four inputs */
    tst r3, #1
    bne 2f
1:  widen_four
2:  widen_four
    cmp r0, r12
    bne 1b
3:  pop {r4-r7}
    bx lr
    mcutk_end mcutk_widen_dsp

    .equ WIDEN_ROWS_FRAME, 28   /* push {r4-r10} */

    /* r8 rows left   r9 bytes between rows   r10 bytes of a row in the column buffer   r12 end of the row there */
    mcutk_function mcutk_widen_rows_dsp, WIDEN_ROWS_FRAME
    push {r4-r10}
    ldrd r8, r9, [sp, #WIDEN_ROWS_FRAME]
    lsl r10, r3, #4
1:  add r12, r0, r10
    tst r10, #16                /* an odd number of fours */
    bne 3f
2:  widen_four
3:  widen_four
    cmp r0, r12
    bne 2b
    add r1, r1, r9
    add r2, r2, r9
    subs r8, r8, #1
    bne 1b
    pop {r4-r10}
    bx lr
    mcutk_end mcutk_widen_rows_dsp

    /* r0 to   r1 offsets   r2 their end   r3 a   r4 b   r5-r8 four offsets   r9-r12 words of the column buffer */
    .macro pick_two word, base, first, second, spare
    ldrsb \word, [\base, \first]
    ldrsb \spare, [\base, \second]
    pkhbt \word, \word, \spare, lsl #16
    .endm

    mcutk_function mcutk_pick_dsp, PICK_FRAME
    push {r4-r11, lr}
    ldr r4, [sp, #PICK_FRAME]
1:  ldm r1!, {r5-r8}
    pick_two r9, r3, r5, r6, r10
    pick_two r10, r4, r5, r6, r11
    pick_two r11, r3, r7, r8, r12
    pick_two r12, r4, r7, r8, r5
    stm r0!, {r9-r12}
    cmp r1, r2
    bne 1b
    pop {r4-r11, pc}
    mcutk_end mcutk_pick_dsp
#endif
