/* CONV_2D with the DSP extension (Armv7E-M), int8. Two pixels at a time, in raster order.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]; a pair of pixels is written once its windows are in scratch
 *   scratch  column buffer of the pair: 4 bytes for each input of a window (padded to a multiple of 4); convolutions that
 *            are not pointwise need 2 bytes more for each, unless no window leaves the image and kernel_w * in_c is a
 *            multiple of 4 and nothing is dilated; and again 4 where kernel_w * in_c is no multiple of 4 and at most 32
 *   p        weights and channels packed as mcutk_gemm_dsp.h says, inputs of a window in the order [ky][kx][in_c]
 *   wide: weights are int16
 *   relu, linear: conditions in mcutk_gemm_dsp.h. any: every clamp and shift; channels: mcutk_channel, bias not read
 */
#ifndef MCUTK_CONV_DSP_H
#define MCUTK_CONV_DSP_H

#include "mcutk_types.h"

typedef void mcutk_conv_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

/* 1x1 kernel, stride 1, no padding. */
mcutk_conv_dsp_fn mcutk_pointwise_dsp_relu;
mcutk_conv_dsp_fn mcutk_pointwise_dsp_linear;
mcutk_conv_dsp_fn mcutk_pointwise_dsp_any;
mcutk_conv_dsp_fn mcutk_pointwise_wide_dsp_relu;
mcutk_conv_dsp_fn mcutk_pointwise_wide_dsp_linear;
mcutk_conv_dsp_fn mcutk_pointwise_wide_dsp_any;

/* Any geometry. */
mcutk_conv_dsp_fn mcutk_conv_dsp_relu;
mcutk_conv_dsp_fn mcutk_conv_dsp_linear;
mcutk_conv_dsp_fn mcutk_conv_dsp_any;
mcutk_conv_dsp_fn mcutk_conv_wide_dsp_relu;
mcutk_conv_dsp_fn mcutk_conv_wide_dsp_linear;
mcutk_conv_dsp_fn mcutk_conv_wide_dsp_any;

#endif
