/* mcutk_fc_four_multiply (mcutk_fc_four_job.h) for Armv6-M: 116 instructions for 32 products.
 *
 *   r0 inputs    r1 weights   r2 to r5 the offsets 0 to 3   r6 weight and product   r7 input
 *   r8 to r11 sums            r12 end of inputs             lr job
 */
#include "mcutk_assembly.h"
#include "mcutk_fc_four_job.h"

#if defined(__ARM_ARCH_6M__)
    .equ FRAME, 36              /* push {r4-r7, lr} and push {r4-r7} */
    .equ SUM_BYTES, 16          /* from a sum to the next */

    .macro product offset, sum
    ldrsb r6, [r1, \offset]
    muls r6, r7, r6
    add \sum, r6
    .endm

    .macro step offset
    ldrsb r7, [r0, \offset]
    product r2, r8
    product r3, r9
    product r4, r10
    product r5, r11
    adds r1, #4
    .endm

    .macro four_steps
    step r2
    step r3
    step r4
    step r5
    adds r0, #4
    .endm

    .macro load_bias channel, sum
    ldr r0, [r6, #\channel * MCUTK_FC_FOUR_CHANNEL_BYTES]
    mov \sum, r0
    .endm

    .macro store_sum channel, sum
    mov r0, \sum
    str r0, [r6, #\channel * SUM_BYTES]
    .endm

    mcutk_function mcutk_fc_four_multiply, FRAME
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    mov lr, r0
    ldr r3, [r0, #MCUTK_FC_FOUR_END]
    mov r12, r3
    ldr r1, [r0, #MCUTK_FC_FOUR_WEIGHTS]
    mov r7, r0
    movs r2, #0
    movs r3, #1
    movs r4, #2
    movs r5, #3
1:                              /* a group of four outputs; r7 is the job */
    ldr r6, [r7, #MCUTK_FC_FOUR_CHANNEL]
    load_bias 0, r8
    load_bias 1, r9
    load_bias 2, r10
    load_bias 3, r11
    adds r6, #4 * MCUTK_FC_FOUR_CHANNEL_BYTES
    str r6, [r7, #MCUTK_FC_FOUR_CHANNEL]
    ldr r0, [r7, #MCUTK_FC_FOUR_IN]
2:  .rept MCUTK_FC_FOUR_UNROLL / 4
    four_steps
    .endr
    cmp r0, r12
    bne 2b
    mov r7, lr
    ldr r6, [r7, #MCUTK_FC_FOUR_SUMS]
    store_sum 0, r8
    store_sum 1, r9
    store_sum 2, r10
    store_sum 3, r11
    adds r6, #4 * SUM_BYTES
    str r6, [r7, #MCUTK_FC_FOUR_SUMS]
    ldr r0, [r7, #MCUTK_FC_FOUR_SKIP]
    adds r1, r1, r0
    ldr r0, [r7, #MCUTK_FC_FOUR_GROUPS]
    subs r0, #1
    str r0, [r7, #MCUTK_FC_FOUR_GROUPS]
    beq 3f
    b 1b
3:  pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    mcutk_end mcutk_fc_four_multiply
#endif
