/* CONV_2D with two products a multiplication, for cores that have neither multiply-accumulate nor many registers (Armv6-M).
 *
 * Two pixels share a word: x0 + x1 * 2^16. Times a weight, the word holds both products; two such words are summed and split
 * before the lower half could overflow. Four output pixels a block, assembly on Armv6-M, C11 elsewhere.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]; a block of four pixels is written once their windows are in the scratch
 *   scratch  depth * 8 bytes, depth = kernel_h * kernel_w * in_c rounded up to a multiple of 4
 *   p        channels: a row with the mcutk_finish_way, then mcutk_channel [out_c]; weights: int8_t [out_c][depth], rounded up with zeros
 * Weights 2i and 2i + 1 of a channel: |w| + |w| <= 255. Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_CONV_PAIRS_H
#define MCUTK_CONV_PAIRS_H

#include "mcutk_types.h"

void mcutk_conv_pairs(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

#endif
