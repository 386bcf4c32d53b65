/* Pieces of assembly that turn VRSHL's rounding into RoundingDivideByPOT's.
 *
 * VRSHL rounds halves up, the reference halves away from zero: they differ for negative values only. One taken from a
 * negative value first turns halves up into halves away; VQADD, so that INT32_MIN stays.
 */
#ifndef MCUTK_MVE_ROUNDING_H
#define MCUTK_MVE_ROUNDING_H

/* For shifts that are all below zero. */
#define MCUTK_MVE_AWAY_LINEAR(x, temporary)                                                                            \
    "vshr.s32 " temporary ", " x ", #31\n"                                                                             \
    "vqadd.s32 " x ", " x ", " temporary "\n"

/* For shifts <= 0. Where a shift is 0 nothing may be taken off: the sign of (x & shift) is set for negative x and shift
 * only. `temporary` may be `shift`, which is lost then. */
#define MCUTK_MVE_AWAY_ANY(x, shift, temporary)                                                                        \
    "vand " temporary ", " x ", " shift "\n"                                                                           \
    "vshr.s32 " temporary ", " temporary ", #31\n"                                                                     \
    "vqadd.s32 " x ", " x ", " temporary "\n"

#endif
