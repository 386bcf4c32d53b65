/* Four pixels by two channels; mcutk_conv3_core_mve.h has the contract.
 *
 *   r0 r2 r4 r6    pixels 0..3 of channel 0      r1  inputs     r3  output    r5  planes left    r7  channel table
 *   r8 r10 r12 lr  pixels 0..3 of channel 1      r9  weights    r11 bytes of a plane
 *   q0 .. q5       weights of three taps, channel 0 and channel 1                q6 q7  columns of inputs
 */
#include "mcutk_assembly.h"
#include "mcutk_conv3_core_mve.h"
#include "mcutk_mve_quad.h"

#if defined(__ARM_FEATURE_MVE)
    /* On the stack: the biases of eight accumulators, the offsets of eight outputs, then the words below. */
    .equ OFFSETS, 32
    .equ UNITS, 48
    .equ WEIGHTS, 52
    .equ ZERO_POINT, 56
    .equ OUT_STEP4, 60          /* bytes from a pixel's output to that four pixels later */
    .equ IN_BACK, 64            /* from the end of the last plane to the next four pixels */
    .equ OUT_END, 68            /* end of the loop */
    .equ FINAL, 72              /* end of the row */
    .equ BACK_IN, 76            /* how far the last four pixels overlap the ones before, in a plane and in the output */
    .equ BACK_OUT, 80
    .equ PLANES, 84
    .equ PAIRS, 88
    .equ OUT, 92
    .equ WHOLE, 96              /* out_w / 4 * OUT_STEP4 */
    .equ ROW_BYTES, 100         /* out_w * out_c */
    .equ STATE_BYTES, 104
    .equ FRAME, 36 + 64 + STATE_BYTES   /* r4 to r11 and lr, d8 to d15, the state */

    /* One tap of one pixel. */
    .macro tap inputs, first, second, first_weights, second_weights
    vmladava.s8 \first, \inputs, \first_weights
    vmladava.s8 \second, \inputs, \second_weights
    .endm

    .macro core name, linear
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    vpush {d8-d15}
    sub sp, #STATE_BYTES
    ldm r0!, {r1-r8}            /* planes, plane, units, weights, table, pairs, out, out_c */
    ldrd r9, r10, [r0]          /* out_w, out_zero_point */
    strd r3, r4, [sp, #UNITS]
    strd r6, r7, [sp, #PAIRS]
    str r1, [sp, #PLANES]
    mov r7, r5                  /* table */
    mov r11, r2                 /* plane */
    lsl r4, r8, #2
    strd r10, r4, [sp, #ZERO_POINT]
    mul r3, r3, r11
    rsb r3, r3, #64
    str r3, [sp, #IN_BACK]
    lsr r5, r9, #2
    mul r5, r5, r4
    mul r6, r9, r8
    strd r5, r6, [sp, #WHOLE]
    rsb r5, r9, #0
    and r5, #3                  /* pixels that the last four overlap */
    mul r6, r5, r8
    lsl r5, #4
    strd r5, r6, [sp, #BACK_IN]
    mcutk_quad_offsets q2, r8, r2
    vstrw.32 q2, [sp, #OFFSETS]

1:                              /* a pair of channels */
    ldrd r4, r6, [r7, #16]      /* biases */
    vdup.32 q0, r4
    vdup.32 q1, r6
    vstrw.32 q0, [sp]
    vstrw.32 q1, [sp, #16]
    ldrd r3, r4, [sp, #OUT]     /* out, WHOLE */
    ldr r6, [sp, #ROW_BYTES]
    add r4, r3
    add r6, r3
    strd r4, r6, [sp, #OUT_END]
    add r4, r3, #2
    str r4, [sp, #OUT]
    ldr r1, [sp, #PLANES]

2:                              /* four pixels, from the biases */
    ldrd r5, r9, [sp, #UNITS]   /* units, weights */
    ldm sp, {r0, r2, r4, r6, r8, r10, r12, lr}
3:                              /* a plane */
    vldrb.8 q0, [r9], #16
    vldrb.8 q6, [r1]
    vmladava.s8 r0, q6, q0
    vldrb.8 q1, [r9], #16
    vmladava.s8 r8, q6, q1
    vldrb.8 q7, [r1, #16]
    vmladava.s8 r2, q7, q0
    vldrb.8 q2, [r9], #16
    vmladava.s8 r10, q7, q1
    vldrb.8 q3, [r9], #16
    vmladava.s8 r0, q7, q2
    vldrb.8 q6, [r1, #32]
    vmladava.s8 r8, q7, q3
    vldrb.8 q4, [r9], #16
    tap q6, r2, r10, q2, q3
    vldrb.8 q5, [r9], #16
    tap q6, r0, r8, q4, q5
    vldrb.8 q7, [r1, #48]
    tap q6, r4, r12, q0, q1
    tap q7, r6, lr, q0, q1
    vldrb.8 q6, [r1, #64]
    tap q7, r4, r12, q2, q3
    tap q7, r2, r10, q4, q5
    vldrb.8 q7, [r1, #80]
    tap q6, r6, lr, q2, q3
    tap q6, r4, r12, q4, q5
    tap q7, r6, lr, q4, q5
    add r1, r11
    subs r5, #1
    bne 3b
    mcutk_quad_scale \linear, r7
    ldrd r0, r2, [sp, #ZERO_POINT]  /* ZERO_POINT, OUT_STEP4 */
    ldrd r4, r6, [sp, #IN_BACK] /* IN_BACK, OUT_END */
    vldrw.32 q2, [sp, #OFFSETS]
    mcutk_quad_store \linear, r0, q2
    add r1, r4
    add r3, r2
    cmp r3, r6
    bne 2b
    ldrd r0, r2, [sp, #FINAL]   /* FINAL, BACK_IN */
    cmp r3, r0
    beq 4f
    ldr r4, [sp, #BACK_OUT]     /* the last four pixels once more, some of them for the second time */
    sub r1, r2
    sub r3, r4
    str r0, [sp, #OUT_END]
    b 2b
4:  ldr r0, [sp, #PAIRS]
    str r9, [sp, #WEIGHTS]
    add r7, #24
    subs r0, #1
    str r0, [sp, #PAIRS]
    bne 1b
    add sp, #STATE_BYTES
    vpop {d8-d15}
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    core mcutk_conv3_core_mve_relu, 0
    core mcutk_conv3_core_mve_linear, 1
#endif
