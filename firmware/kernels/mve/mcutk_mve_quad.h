/* Pieces of assembly that the cores of four pixels by two channels share.
 *
 *   r0 r2 r4 r6    accumulators of channel 0, pixels 0 .. 3
 *   r8 r10 r12 lr  the same of channel 1
 */
#ifndef MCUTK_MVE_QUAD_H
#define MCUTK_MVE_QUAD_H

#ifdef __ASSEMBLER__
#include "mcutk_mve_rounding.h"

    /* Offsets 0, 1, column, column + 1, 2 * column … of the eight outputs. Spoils q0, q1 and `low`, an even register. */
    .macro mcutk_quad_offsets offsets, column, low
    mov \low, #0
    vidup.u16 \offsets, \low, #1
    vmov.i16 q0, #1
    vand q1, \offsets, q0
    vshr.u16 \offsets, \offsets, #1
    vmul.i16 \offsets, \offsets, \column
    vadd.i16 \offsets, \offsets, q1
    .endm

    /* Accumulators to scaled words: channel 0 in `first`, channel 1 in q0 (linear) or q1. `table` points at a
     * mcutk_mve_channel_pair.
     *
     * linear (shift < 0): the sign of an accumulator is added to its scaled value, which turns VRSHL's halves up into halves
     * away. A negative value that scales to zero becomes -1 and rounds to zero all the same. */
    .macro mcutk_quad_scale linear, table
    vmov d0, r0, r2
    vmov d1, r4, r6
    vmov d2, r8, r10
    vmov d3, r12, lr
    ldm \table, {r0, r2, r4, r6}    /* multiplier, shift, multiplier, shift */
    .if \linear
    vshr.s32 q3, q0, #31
    vqrdmlah.s32 q3, q0, r0
    vshr.s32 q0, q1, #31
    vqrdmlah.s32 q0, q1, r4
    vrshl.s32 q3, r2
    vrshl.s32 q0, r6
    .else
    vqrdmulh.s32 q0, q0, r0
    vqrdmulh.s32 q1, q1, r4
    vrshl.s32 q0, r2
    vrshl.s32 q1, r6
    .endif
    .endm

    /* Scaled words to eight outputs at r3. */
    .macro mcutk_quad_store linear, zero, offsets
    .if \linear
    mcutk_narrow q3, q0, \zero
    vstrb.16 q3, [r3, \offsets]
    .else
    mcutk_narrow q0, q1, \zero
    vstrb.16 q0, [r3, \offsets]
    .endif
    .endm
#endif

#endif
