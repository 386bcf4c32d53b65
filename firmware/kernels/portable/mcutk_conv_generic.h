/* Convolutions of any geometry: the kernels that always fit. Portable C11, no scratch.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c], written upward byte by byte
 *   scratch  not used, may be NULL
 *   p        channels: mcutk_channel [out_c]; weights as below. Padding reads in_zero_point.
 * Exact for every int8 input as long as no accumulator leaves int32. Fully connected: 1x1 geometry.
 */
#ifndef MCUTK_CONV_GENERIC_H
#define MCUTK_CONV_GENERIC_H

#include "mcutk_types.h"

/* CONV_2D and FULLY_CONNECTED. weights: int8_t [out_c][kernel_h][kernel_w][in_c]. */
void mcutk_conv_generic(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

/* DEPTHWISE_CONV_2D, out_c = in_c * depth_multiplier. weights: int8_t [kernel_h][kernel_w][out_c]. */
void mcutk_depthwise_generic(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

#endif
