/* DEPTHWISE_CONV_2D with the DSP extension (Armv7E-M), int8: 3x3, depth multiplier 1, stride 1 or 2 in both directions,
 * in_c >= 4. Two output rows at a time, four channels of them after another.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][in_c]; a pair of rows is written while the input rows under it are read
 *   scratch  ((out_w - 1) * stride + 3) columns of 32 (stride 1) or 64 (stride 2) bytes
 *   p        weights as mcutk_depthwise_rows_dsp.h, channels as mcutk_gemm_dsp.h says, with its relu and linear
 */
#ifndef MCUTK_DEPTHWISE_DSP_H
#define MCUTK_DEPTHWISE_DSP_H

#include "mcutk_types.h"

typedef void mcutk_depthwise_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

mcutk_depthwise_dsp_fn mcutk_depthwise_s1_dsp_relu;
mcutk_depthwise_dsp_fn mcutk_depthwise_s1_dsp_linear;
mcutk_depthwise_dsp_fn mcutk_depthwise_s2_dsp_relu;
mcutk_depthwise_dsp_fn mcutk_depthwise_s2_dsp_linear;

#endif
