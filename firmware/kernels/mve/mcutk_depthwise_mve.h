/* DEPTHWISE_CONV_2D with Helium, int8.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c], row by row, four channels of a row at a time
 *   scratch  4 * ceil(in_c / 4) * plane + 32 * kernel_h + 16 bytes, 8-byte aligned, where plane = columns * kernel_h and
 *            columns = (out_w - 1) * stride_w + kernel_w; kernels named `wide` 16 * out_w bytes more
 *   p        kernel_h * kernel_w <= 16, for `wide` 17 .. 32; depth_multiplier and dilations 1, 7 * plane < 65536
 *            weights: [out_c][kernel_h][kernel_w], filled up to a multiple of four channels
 *            channels: as mcutk_mve_core.h says
 *
 * The scratch is a window on the image, transposed: [channel][column][kernel_h]. An input row is copied into it once, over
 * the row that is needed no more, so that all inputs of an output are one run of bytes and cost one load and one VMLADAVA,
 * or two of each (`wide`: two passes over the row).
 * Because the rows rotate within a column, the weights of a channel are gathered in rotated order once an output row.
 * Input rows 0 .. y * stride_h - pad_top + kernel_h - 1 have been read for the last time when output row y is written.
 *
 * The number in a name is stride_w * kernel_h, which a load with write-back needs in its encoding; the kernels without one
 * take any. The suffix (relu, linear, any) names the rounding; the conditions stand in mcutk_mve_core.h.
 */
#ifndef MCUTK_DEPTHWISE_MVE_H
#define MCUTK_DEPTHWISE_MVE_H

#include "mcutk_types.h"

typedef void mcutk_depthwise_mve_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

mcutk_depthwise_mve_fn mcutk_depthwise3_mve_relu;
mcutk_depthwise_mve_fn mcutk_depthwise3_mve_linear;
mcutk_depthwise_mve_fn mcutk_depthwise6_mve_relu;
mcutk_depthwise_mve_fn mcutk_depthwise6_mve_linear;
mcutk_depthwise_mve_fn mcutk_depthwise_mve_relu;
mcutk_depthwise_mve_fn mcutk_depthwise_mve_linear;
mcutk_depthwise_mve_fn mcutk_depthwise_mve_any;

mcutk_depthwise_mve_fn mcutk_depthwise5_mve_wide_relu;
mcutk_depthwise_mve_fn mcutk_depthwise5_mve_wide_linear;
mcutk_depthwise_mve_fn mcutk_depthwise10_mve_wide_relu;
mcutk_depthwise_mve_fn mcutk_depthwise10_mve_wide_linear;

#endif
