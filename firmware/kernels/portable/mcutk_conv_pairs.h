/* CONV_2D with two products per multiplication, for cores without multiply-accumulate and with few registers (Armv6-M).
 *
 * Two pixels share a word: x0 + x1 * 2^16. Times a weight, the word holds both products; two such words are summed and split
 * before the lower half could overflow. Four output pixels per block; assembly on Armv6-M, C11 elsewhere.
 *
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]; a block of four pixels is written once their windows are in the scratch
 *   scratch  depth * 8 bytes, where depth = kernel_h * kernel_w * in_c rounded up to a multiple of 4
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_CONV_PAIRS_H
#define MCUTK_CONV_PAIRS_H

#include "mcutk_finish.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_conv_shape shape;
    mcutk_finish_way finish;
    const int8_t *weights;         /* [out_c][depth], depth rounded up with zeros; |w[2i]| + |w[2i + 1]| <= 255 */
    const mcutk_channel *channels; /* [out_c] */
} mcutk_conv_pairs;

void mcutk_conv_pairs_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_pairs *p);

#endif
