/* DEPTHWISE_CONV_2D of any kernel, stride, padding and dilation with the DSP extension (Armv7E-M), int8: depth multiplier
 * 1, in_c >= 4. One pixel at a time, in raster order; its window is read while it is written.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][in_c]
 *   scratch  8 bytes for each tap (padded to an even number), 4 more, then in_c bytes of padding
 *   p        weights as mcutk_taps_dsp.h, channels as mcutk_gemm_dsp.h says, with its relu and linear; where in_c is not a
 *            multiple of 4, the last group of both is the last four channels. any: every clamp and shift; channels:
 *            mcutk_channel [in_c], bias not read
 */
#ifndef MCUTK_DEPTHWISE_ANY_DSP_H
#define MCUTK_DEPTHWISE_ANY_DSP_H

#include "mcutk_types.h"

typedef void mcutk_depthwise_any_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

mcutk_depthwise_any_dsp_fn mcutk_depthwise_dsp_relu;
mcutk_depthwise_any_dsp_fn mcutk_depthwise_dsp_linear;
mcutk_depthwise_any_dsp_fn mcutk_depthwise_dsp_any;

#endif
