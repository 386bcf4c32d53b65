/* Inner loop of mcutk_conv_pairs.c: assembly on Armv6-M (mcutk_conv_pairs_armv6m.S), C elsewhere. */
#ifndef MCUTK_CONV_PAIRS_MULTIPLY_H
#define MCUTK_CONV_PAIRS_MULTIPLY_H

/* Steps along the depth in one turn of the loop; the depth is rounded up to a multiple. */
#define MCUTK_CONV_PAIRS_UNROLL 4

#if defined(__ARM_ARCH_6M__) && !defined(__ASSEMBLER__)
#include <stdint.h>

/* Sums of one channel for four pixels. columns: [depth][2] words of two pixels, up to `end`; weights: [depth]. sums[0] holds
 * the bias at entry. */
void mcutk_conv_pairs_multiply(const uint32_t *columns, const int8_t *weights, const uint32_t *end, int32_t sums[4]);
#endif

#endif
