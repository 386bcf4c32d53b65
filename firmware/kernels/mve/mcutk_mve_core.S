/* Two pixels by four channels; mcutk_mve_core.h has the contract. All fourteen usable registers are in use:
 *
 *   r0 r2 r4 r6    pixel 0, channels 0..3        r1   weights          r9   pixel 0
 *   r8 r10 r12 lr  pixel 1, channels 0..3        r3   output           r11  pixel 1
 *                                                r5   loop count       r7   channel table
 *   q4 q5          act_min, act_max (any)        q6   output zero point    q7   offsets of the eight outputs
 *
 * A block of 16 inputs is 6 loads and 8 VMLADAVA for 128 MACs. Loads and VMLADAVA alternate so that a dual-beat core
 * overlaps them. The loop has four blocks and is entered where the rest of the block count says.
 */
#include "mcutk_assembly.h"
#include "mcutk_mve_core.h"
#include "mcutk_mve_rounding.h"

#if defined(__ARM_FEATURE_MVE)
    .equ UNROLLED, 4
    .equ BLOCK_BYTES, 56
    /* What the loops need and no register holds, on the stack. */
    .equ COUNT, 0
    .equ IN0, 4
    .equ ENTRY, 12
    .equ WEIGHTS, 16
    .equ PAIRS, 24
    .equ OUT_SKIP, 32
    .equ OUT_END, 40
    .equ STATE_BYTES, 44
    .equ FRAME, 36 + 64 + STATE_BYTES   /* r4 to r11 and lr, d8 to d15, the state */

    /* 16 inputs of both pixels with the weights of four channels. */
    .macro block
    vldrb.8 q0, [r9], #16
    vldrb.8 q2, [r1], #16
    vmladava.s8 r0, q0, q2
    vldrb.8 q1, [r11], #16
    vmladava.s8 r8, q1, q2
    vldrb.8 q3, [r1], #16
    vmladava.s8 r2, q0, q3
    vmladava.s8 r10, q1, q3
    vldrb.8 q2, [r1], #16
    vmladava.s8 r4, q0, q2
    vmladava.s8 r12, q1, q2
    vldrb.8 q3, [r1], #16
    vmladava.s8 r6, q0, q3
    vmladava.s8 lr, q1, q3
    .endm

    /* Accumulators to results in q0, one per halfword, the two pixels alternating. `rounding`: 0 relu, 1 linear, 2 any. */
    .macro requantize rounding
    vmov d0, r0, r2
    vmov d1, r4, r6
    vmov d2, r8, r10
    vmov d3, r12, lr
    .if \rounding == 2
    vldrw.32 q2, [r7], #16
    vshl.s32 q0, q0, q2
    vshl.s32 q1, q1, q2
    .endif
    vldrw.32 q2, [r7], #16
    vqrdmulh.s32 q0, q0, q2
    vqrdmulh.s32 q1, q1, q2
    vldrw.32 q2, [r7], #16
    .if \rounding == 1
    mcutk_away_linear q0, q3
    mcutk_away_linear q1, q3
    .elseif \rounding == 2
    mcutk_away_any q0, q2, q3
    mcutk_away_any q1, q2, q3
    .endif
    vrshl.s32 q0, q0, q2
    vrshl.s32 q1, q1, q2
    .if \rounding == 2
    vadd.i32 q0, q0, q6
    vadd.i32 q1, q1, q6
    vmax.s32 q0, q0, q4
    vmax.s32 q1, q1, q4
    vmin.s32 q0, q0, q5
    vmin.s32 q1, q1, q5
    vmovnt.i32 q0, q1
    .else
    mcutk_narrow q0, q1, q6
    .endif
    .endm

    /* `loop` 0: for at most UNROLLED blocks. */
    .macro core name, rounding, even, loop
    mcutk_function \name, FRAME
    push {r4-r11, lr}
    vpush {d8-d15}
    sub sp, #STATE_BYTES
    ldm r0!, {r1-r9}            /* blocks, in0, in1, weights, channels, pairs, in_step2, out_skip, out_c */
    ldm r0!, {r10-r12}          /* out, out_step, out_zero_point */
    .if \rounding == 2
    ldrd r0, lr, [r0]           /* act_min, act_max */
    vdup.32 q4, r0
    vdup.32 q5, lr
    vdup.32 q6, r12
    .else
    vdup.16 q6, r12
    .endif
    mov r12, #0                 /* offsets 0, step, 1, 1 + step, 2 … */
    vidup.u16 q7, r12, #1
    vshr.u16 q7, q7, #1
    lsl r11, #16
    vdup.32 q0, r11
    vadd.i16 q7, q7, q0
    rsb r0, r1, #0              /* the loop leaves out -blocks mod 4 blocks at first */
    and r0, #UNROLLED - 1
    mov r12, #BLOCK_BYTES
    adr.w lr, 3f
    orr lr, #1
    mla r0, r0, r12, lr
    add r1, #UNROLLED - 1
    lsr r1, #2
    stm sp, {r1-r3}             /* count, in0, in1 */
    strd r0, r4, [sp, #ENTRY]
    strd r5, r6, [sp, #WEIGHTS + 4]
    strd r7, r8, [sp, #PAIRS + 4]
    add lr, r10, r9
    strd r9, lr, [sp, #OUT_END - 4]
    mov r3, r10

1:                              /* a pair of pixels */
    ldrd r1, r7, [sp, #WEIGHTS]
2:                              /* a group of four channels; both pixels start from the biases */
    ldm r7, {r0, r2, r4, r6}
    ldm r7!, {r8, r10, r12, lr}
    ldm sp, {r5, r9, r11, pc}   /* to the entry of the loop */
3:  .rept UNROLLED
    block
    .endr
    .if . - 3b != UNROLLED * BLOCK_BYTES
    .error "a block has another length"
    .endif
    .if \loop
    subs r5, #1
    bne 3b
    .endif
    requantize \rounding
    ldr r4, [sp, #OUT_END]
    .if \even
    vstrb.16 q0, [r3, q7]
    add r3, #4
    cmp r3, r4
    bne 2b
    .else
    subs r4, r4, r3             /* channels left, this group included */
    lsl r5, r4, #1
    vctp.16 r5
    vpst
    vstrbt.16 q0, [r3, q7]
    add r3, #4
    cmp r4, #4
    bhi 2b
    ldr r3, [sp, #OUT_END]
    .endif

    ldrd r5, r7, [sp, #PAIRS]   /* pairs, in_step2 */
    ldrd r0, r2, [sp, #IN0]
    ldrd r4, r6, [sp, #OUT_SKIP]    /* out_skip, out_c */
    add r0, r7
    add r2, r7
    strd r0, r2, [sp, #IN0]
    add r3, r4
    add r6, r3
    str r6, [sp, #OUT_END]
    subs r5, #1
    str r5, [sp, #PAIRS]
    bne 1b
    add sp, #STATE_BYTES
    vpop {d8-d15}
    pop {r4-r11, pc}
    mcutk_end \name
    .endm

    core mcutk_mve_core_relu_even, 0, 1, 1
    core mcutk_mve_core_relu, 0, 0, 1
    core mcutk_mve_core_linear_even, 1, 1, 1
    core mcutk_mve_core_linear, 1, 0, 1
    core mcutk_mve_core_any, 2, 0, 1
    core mcutk_mve_core_short_relu_even, 0, 1, 0
    core mcutk_mve_core_short_relu, 0, 0, 0
    core mcutk_mve_core_short_linear_even, 1, 1, 0
    core mcutk_mve_core_short_linear, 1, 0, 0
    core mcutk_mve_core_short_any, 2, 0, 0
#endif
