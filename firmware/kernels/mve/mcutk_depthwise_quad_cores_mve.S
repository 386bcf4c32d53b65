/* Four pixels by two channels; mcutk_depthwise_quad_cores_mve.h has the contract.
 *
 *   r0 r2 r4 r6    pixels 0..3 of channel 0      r1 r5  their blocks in the strip    r3  output    r7  output zero point
 *   r8 r10 r12 lr  pixels 0..3 of channel 1      r9     channel table                r11 2 * step
 *   q4 q5          weights of channel 0, for the first and the second pixel of a block      q2  offsets of the eight outputs
 *   q6 q7          weights of channel 1
 */
#include "mcutk_assembly.h"
#include "mcutk_depthwise_quad_cores_mve.h"
#include "mcutk_mve_quad.h"

#if defined(__ARM_FEATURE_MVE)
    /* On the stack: the biases of eight accumulators, then the words below. */
    .equ OUT_STEP4, 32          /* bytes from a pixel's output to that four pixels later */
    .equ OUT_END, 36            /* end of the loop */
    .equ FINAL, 40              /* end of the row */
    .equ BACK_IN, 44            /* how far the last four pixels overlap the ones before, in the strip and in the output */
    .equ BACK_OUT, 48
    .equ STRIP, 52
    .equ WEIGHTS, 56
    .equ STRIP_STEP, 60         /* from a pair of channels to the next */
    .equ WEIGHTS_STEP, 64
    .equ PAIRS, 68
    .equ OUT, 72
    .equ WHOLE, 76              /* out_w / 4 * OUT_STEP4 */
    .equ ROW_BYTES, 80          /* out_w * out_column */
    .equ ORDER, 84
    .equ STATE_BYTES, 88
    .equ FRAME, 36 + 64 + STATE_BYTES   /* r4 to r11 and lr, d8 to d15, the state */

    /* One block: two pixels of a channel. `step` 0: the pointer goes on by r11. */
    .macro two_pixels step, block, inputs, first, second, first_weights, second_weights
    .if \step
    vldrb.8 \inputs, [\block], #\step
    .else
    vldrb.8 \inputs, [\block]
    add \block, r11
    .endif
    vmladava.s8 \first, \inputs, \first_weights
    vmladava.s8 \second, \inputs, \second_weights
    .endm

    .macro core name, step, linear
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    vpush {d8-d15}
    sub sp, #STATE_BYTES
    ldm r0!, {r1-r9}            /* pairs, strip, plane, weights, weights_step, table, out, out_column, out_w */
    strd r1, r7, [sp, #PAIRS]
    strd r2, r4, [sp, #STRIP]
    lsl r3, #1
    lsl r12, r5, #1
    strd r3, r12, [sp, #STRIP_STEP]
    lsl r12, r8, #2
    str r12, [sp, #OUT_STEP4]
    lsr r1, r9, #2
    mul r1, r1, r12
    mul r2, r9, r8
    strd r1, r2, [sp, #WHOLE]
    rsb r1, r9, #0
    and r1, #3                  /* pixels that the last four overlap */
    mul r2, r1, r8
    str r2, [sp, #BACK_OUT]
    mov r9, r6                  /* table */
    ldm r0, {r7, r11, r12}      /* out_zero_point, step, order */
    str r12, [sp, #ORDER]
    mul r1, r1, r11
    str r1, [sp, #BACK_IN]
    lsl r11, #1
    mcutk_quad_offsets q2, r8, r2

1:                              /* a pair of channels */
    ldr r8, [sp, #ORDER]
    ldrd r1, r4, [sp, #STRIP]
    vldrb.8 q0, [r8]
    vldrb.8 q1, [r8, #16]
    ldrd r6, r12, [sp, #STRIP_STEP]
    add r8, r4, r12, lsr #1
    add r5, r1, r6, lsr #1
    vldrb.u8 q4, [r4, q0]
    vldrb.u8 q5, [r4, q1]
    vldrb.u8 q6, [r8, q0]
    vldrb.u8 q7, [r8, q1]
    add r6, r1
    add r4, r12
    strd r6, r4, [sp, #STRIP]
    ldrd r3, r4, [sp, #OUT]     /* out, WHOLE */
    ldr r6, [sp, #ROW_BYTES]
    add r4, r3
    add r6, r3
    strd r4, r6, [sp, #OUT_END]
    add r4, r3, #2
    str r4, [sp, #OUT]
    ldrd r4, r6, [r9, #16]      /* biases */
    vdup.32 q0, r4
    vdup.32 q1, r6
    vstrw.32 q0, [sp]
    vstrw.32 q1, [sp, #16]

2:                              /* four pixels, from the biases */
    ldm sp, {r0, r2, r4, r6, r8, r10, r12, lr}
    two_pixels \step, r1, q0, r0, r2, q4, q5
    two_pixels \step, r5, q1, r8, r10, q6, q7
    two_pixels \step, r1, q0, r4, r6, q4, q5
    two_pixels \step, r5, q1, r12, lr, q6, q7
    mcutk_quad_scale \linear, r9
    mcutk_quad_store \linear, r7, q2
    ldrd r8, r10, [sp, #OUT_STEP4]      /* OUT_STEP4, OUT_END */
    add r3, r8
    cmp r3, r10
    bne 2b
    ldrd r0, r2, [sp, #FINAL]   /* FINAL, BACK_IN */
    cmp r3, r0
    beq 3f
    ldr r4, [sp, #BACK_OUT]     /* the last four pixels once more, some of them for the second time */
    sub r1, r2
    sub r5, r2
    sub r3, r4
    str r0, [sp, #OUT_END]
    b 2b
3:  ldr r0, [sp, #PAIRS]
    add r9, #24
    subs r0, #1
    str r0, [sp, #PAIRS]
    bne 1b
    add sp, #STATE_BYTES
    vpop {d8-d15}
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    core mcutk_depthwise_quad_core6_relu, 6, 0
    core mcutk_depthwise_quad_core6_linear, 6, 1
    core mcutk_depthwise_quad_core12_relu, 12, 0
    core mcutk_depthwise_quad_core12_linear, 12, 1
    core mcutk_depthwise_quad_core_relu, 0, 0
    core mcutk_depthwise_quad_core_linear, 0, 1
#endif
