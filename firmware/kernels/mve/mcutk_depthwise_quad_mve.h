/* DEPTHWISE_CONV_2D with Helium, int8, for rows of at least four pixels.
 *
 *   in       [in_h][in_w][channels], out [out_h][out_w][channels]: rows and columns at the distances of `pitch`
 *   out      row by row, two channels of a row at a time
 *   scratch  channels * plane + 32 * kernel_h + 16 bytes, 8-byte aligned, where plane = columns * kernel_h and
 *            columns = (out_w - 1) * stride_w + kernel_w
 * (kernel_w + stride_w) * kernel_h <= 16: one load covers the windows of two neighbouring pixels. channels >= 2, out_w >= 4,
 * 7 * plane < 65536, 3 * out_column + 1 < 65536.
 *
 * The scratch is that of mcutk_depthwise_strip_mve.h.
 * Input rows 0 .. y * stride_h - pad_top + kernel_h - 1 have been read for the last time when output row y is written.
 *
 * The number in a name is 2 * stride_w * kernel_h, which a load with write-back needs in its encoding; the kernels without one
 * take any. The suffix (relu, linear) names the rounding; mcutk_mve_core.h has the conditions.
 */
#ifndef MCUTK_DEPTHWISE_QUAD_MVE_H
#define MCUTK_DEPTHWISE_QUAD_MVE_H

#include "mcutk_depthwise_pitch.h"
#include "mcutk_depthwise_quad_cores_mve.h"
#include "mcutk_types.h"

/* Pairs of channels: (0, 1), (2, 3) …; the last channel of an odd number is in a pair with the one before it. */
typedef struct {
    mcutk_depthwise_shape shape;
    mcutk_depthwise_pitch pitch;
    const int8_t *weights;                 /* [pairs][2][kernel_h * kernel_w + 1]; the last byte is zero */
    const mcutk_mve_channel_pair *pairs;   /* [ceil(channels / 2)] */
} mcutk_depthwise_quad_mve;

typedef void mcutk_depthwise_quad_mve_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_quad_mve *p);

mcutk_depthwise_quad_mve_fn mcutk_depthwise_quad6_mve_relu;
mcutk_depthwise_quad_mve_fn mcutk_depthwise_quad6_mve_linear;
mcutk_depthwise_quad_mve_fn mcutk_depthwise_quad12_mve_relu;
mcutk_depthwise_quad_mve_fn mcutk_depthwise_quad12_mve_linear;
mcutk_depthwise_quad_mve_fn mcutk_depthwise_quad_mve_relu;
mcutk_depthwise_quad_mve_fn mcutk_depthwise_quad_mve_linear;

#endif
