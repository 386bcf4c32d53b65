/* mcutk_conv_pairs_multiply (mcutk_conv_pairs_multiply.h) for Armv6-M: 44 instructions for 16 products.
 *
 *   r0 columns   r1 weights   r2 r3 weights of two steps   r4 r5 products   r6 r7 sums of the upper halves
 *   r8 r9 sums of the words   r10 end of columns           r11 sums
 * A right shift by 16 leaves the sign of the lower half in the carry: adding it restores the one that a negative lower half
 * borrowed from the upper half.
 */
#include "mcutk_assembly.h"
#include "mcutk_conv_pairs_multiply.h"

#if defined(__ARM_ARCH_6M__)
    .equ FRAME, 32              /* push {r4-r7} twice */

    /* Weights i and i + 1 with the words of both pairs of pixels. */
    .macro two_steps i
    movs r2, #\i
    ldrsb r2, [r1, r2]
    movs r3, #\i + 1
    ldrsb r3, [r1, r3]
    ldr r4, [r0, #8 * \i]
    muls r4, r2, r4
    ldr r5, [r0, #8 * \i + 8]
    muls r5, r3, r5
    adds r4, r4, r5
    add r8, r4
    asrs r4, r4, #16
    adcs r6, r4
    ldr r4, [r0, #8 * \i + 4]
    muls r4, r2, r4
    ldr r5, [r0, #8 * \i + 12]
    muls r5, r3, r5
    adds r4, r4, r5
    add r9, r4
    asrs r4, r4, #16
    adcs r7, r4
    .endm

    mcutk_function mcutk_conv_pairs_multiply, FRAME
    push {r4-r7}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    mov r10, r2
    mov r11, r3
    ldr r6, [r3]                /* both halves of both words start at the bias */
    movs r7, r6
    lsls r4, r6, #16
    adds r4, r4, r6
    mov r8, r4
    mov r9, r4
1:  two_steps 0
    two_steps 2
    .if MCUTK_CONV_PAIRS_UNROLL != 4
    .error "a turn of this loop has four steps"
    .endif
    adds r0, #32
    adds r1, #4
    cmp r0, r10
    bne 1b
    mov r0, r11
    str r6, [r0, #4]
    str r7, [r0, #12]
    lsls r6, r6, #16
    lsls r7, r7, #16
    mov r4, r8
    mov r5, r9
    subs r4, r4, r6
    subs r5, r5, r7
    str r4, [r0]
    str r5, [r0, #8]
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7}
    bx lr
    mcutk_end mcutk_conv_pairs_multiply
#endif
