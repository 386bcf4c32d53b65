/* CONV_2D with Helium (Armv8.1-M MVE), int8.
 *
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c], row by row; within a row the two pixels of a pair together
 *   scratch  see each kernel; 8-byte aligned
 * The suffix (relu_even, relu, linear_even, linear, any) names the core; mcutk_mve_core.h has the conditions and the packing
 * of weights. The order of the inputs of a pixel (depth) is named below.
 */
#ifndef MCUTK_CONV_MVE_H
#define MCUTK_CONV_MVE_H

#include "mcutk_mve_channels.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;
    const mcutk_mve_channels *channels; /* [ceil(out_c / 4)] */
} mcutk_conv_mve;

/* For the core `any`. */
typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;
    const mcutk_mve_channels_any_shift *channels; /* [ceil(out_c / 4)] */
} mcutk_conv_mve_any_shift;

typedef void mcutk_conv_mve_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_mve *p);
typedef void mcutk_conv_mve_any_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_mve_any_shift *p);

/* 1x1 kernel without padding. depth = in_c. Strides above 1 need in_c % 16 == 0.
 * scratch: none where in_c % 16 == 0; else the last pixels and 15 bytes, at most 2 * in_c + 45. */
mcutk_conv_mve_fn mcutk_pointwise_mve_relu_even;
mcutk_conv_mve_fn mcutk_pointwise_mve_relu;
mcutk_conv_mve_fn mcutk_pointwise_mve_linear_even;
mcutk_conv_mve_fn mcutk_pointwise_mve_linear;
mcutk_conv_mve_any_fn mcutk_pointwise_mve_any;

/* Any kernel, stride, padding and dilation_h; dilation_w = 1. depth = [kernel_w][kernel_h][in_c].
 * scratch: ((out_w - 1) * stride_w + kernel_w) * kernel_h * in_c + 15 bytes: the rows under one output row, column by
 * column, so that each pixel's window is one run of bytes. The rows are read before the output row is written. */
mcutk_conv_mve_fn mcutk_conv_mve_relu_even;
mcutk_conv_mve_fn mcutk_conv_mve_relu;
mcutk_conv_mve_fn mcutk_conv_mve_linear_even;
mcutk_conv_mve_fn mcutk_conv_mve_linear;
mcutk_conv_mve_any_fn mcutk_conv_mve_any;

/* Any kernel, stride, padding and dilation_h; dilation_w = 1; best where kernel_w * in_c is small.
 * depth = [kernel_h][kernel_w][in_c]. scratch: out_w * depth + 15 bytes: every window of an output row, read before the
 * row is written. */
mcutk_conv_mve_fn mcutk_im2col_mve_relu_even;
mcutk_conv_mve_fn mcutk_im2col_mve_relu;
mcutk_conv_mve_fn mcutk_im2col_mve_linear_even;
mcutk_conv_mve_fn mcutk_im2col_mve_linear;
mcutk_conv_mve_any_fn mcutk_im2col_mve_any;

/* Any geometry. depth = [kernel_w][kernel_h][in_c]. scratch: 2 * depth + 15 bytes: the windows of a pair of pixels. */
mcutk_conv_mve_fn mcutk_window_mve_relu_even;
mcutk_conv_mve_fn mcutk_window_mve_relu;
mcutk_conv_mve_fn mcutk_window_mve_linear_even;
mcutk_conv_mve_fn mcutk_window_mve_linear;
mcutk_conv_mve_any_fn mcutk_window_mve_any;

#endif
