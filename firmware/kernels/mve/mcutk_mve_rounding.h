/* Pieces of assembly that turn VRSHL's rounding into RoundingDivideByPOT's: macros for .S files, strings for inline assembly.
 *
 * VRSHL rounds halves up, the reference halves away from zero: they differ for negative values only. Subtracting one from a
 * negative value first turns halves up into halves away; VQADD, so that INT32_MIN stays.
 *
 *   linear  for shifts that are all below zero
 *   any     for shifts <= 0. Where a shift is 0 nothing may be subtracted: the sign of (x & shift) is set for negative x and
 *           shift only. `temporary` may be `shift`, which is lost then.
 */
#ifndef MCUTK_MVE_ROUNDING_H
#define MCUTK_MVE_ROUNDING_H

#ifdef __ASSEMBLER__
    .macro mcutk_away_linear x, temporary
    vshr.s32 \temporary, \x, #31
    vqadd.s32 \x, \x, \temporary
    .endm

    .macro mcutk_away_any x, shift, temporary
    vand \temporary, \x, \shift
    vshr.s32 \temporary, \temporary, #31
    vqadd.s32 \x, \x, \temporary
    .endm

    /* Eight scaled words to results, one per halfword of `even`: even's in the even halfwords, odd's in the odd ones. `zero`
     * is the output zero point in every halfword, or a register. Saturates to int8. */
    .macro mcutk_narrow even, odd, zero
    vqmovnb.s32 \even, \even
    vqmovnt.s32 \even, \odd
    vqadd.s16 \even, \even, \zero
    vqmovnb.s16 \even, \even
    .endm
#else
#define MCUTK_MVE_AWAY_LINEAR(x, temporary)                                                                            \
    "vshr.s32 " temporary ", " x ", #31\n"                                                                             \
    "vqadd.s32 " x ", " x ", " temporary "\n"

#define MCUTK_MVE_AWAY_ANY(x, shift, temporary)                                                                        \
    "vand " temporary ", " x ", " shift "\n"                                                                           \
    "vshr.s32 " temporary ", " temporary ", #31\n"                                                                     \
    "vqadd.s32 " x ", " x ", " temporary "\n"
#endif

#endif
