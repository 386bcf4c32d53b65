/* DEPTHWISE_CONV_2D over a ring of input rows in the scratch, padding written out: the output may lie over the input.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in, out  [in_h][in_w][c], [out_h][out_w][c], depth multiplier 1, no dilation; a row of the output is written once all
 *            input rows that it needs are in the scratch
 *   scratch  kernel_h * ((out_w - 1) * stride_w + kernel_w) * c bytes; kernel_h <= 16
 *   p        channels: a row with the mcutk_finish_way, then mcutk_channel [c]; weights: int8_t [c][kernel_h][kernel_w]
 * Every |accumulator| must stay below 2^30. 3x3 windows with strides 1 and 2 are unrolled.
 */
#ifndef MCUTK_DEPTHWISE_ROWS_H
#define MCUTK_DEPTHWISE_ROWS_H

#include "mcutk_types.h"

void mcutk_depthwise_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

#endif
