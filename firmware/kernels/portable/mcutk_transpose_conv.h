/* TRANSPOSE_CONV, int8 NHWC, any geometry. */
#ifndef MCUTK_TRANSPOSE_CONV_H
#define MCUTK_TRANSPOSE_CONV_H

#include "mcutk_types.h"

/* in [in_h][in_w][in_c] -> out [out_h][out_w][out_c], written upward; they do not overlap.
 * Input pixel (y, x) adds to the output from (y * stride_h - pad_top, x * stride_w - pad_left) on.
 * p->channels: mcutk_channel [out_c], in_zero_point not folded into the biases; p->weights: int8_t
 * [out_c][kernel_h][kernel_w][in_c]. */
void mcutk_transpose_conv(const int8_t *in, int8_t *out, const mcutk_conv *p);

#endif
