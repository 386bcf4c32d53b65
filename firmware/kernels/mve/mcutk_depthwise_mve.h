/* DEPTHWISE_CONV_2D with Helium, int8.
 *
 *   in       [in_h][in_w][channels], out [out_h][out_w][channels]: rows and columns at the distances of `pitch`
 *   out      row by row, four channels of a row at a time
 *   scratch  4 * ceil(channels / 4) * plane + 32 * kernel_h + 16 bytes, 8-byte aligned, where plane = columns * kernel_h and
 *            columns = (out_w - 1) * stride_w + kernel_w; kernels named `wide` 16 * out_w bytes more
 * kernel_h * kernel_w <= 16, for `wide` 17 .. 32; 7 * plane < 65536.
 *
 * The scratch holds a part of the image, transposed (mcutk_depthwise_strip_mve.h): an output costs one load and one VMLADAVA,
 * or two of each (`wide`: two passes over the row).
 * Input rows 0 .. y * stride_h - pad_top + kernel_h - 1 have been read for the last time when output row y is written.
 *
 * The number in a name is stride_w * kernel_h, which a load with write-back needs in its encoding; the kernels without one
 * take any. The suffix (relu, linear, any) names the rounding; mcutk_mve_core.h has the conditions.
 */
#ifndef MCUTK_DEPTHWISE_MVE_H
#define MCUTK_DEPTHWISE_MVE_H

#include "mcutk_depthwise_pitch.h"
#include "mcutk_mve_channels.h"
#include "mcutk_types.h"

/* channels >= 4. Groups of four channels (0 .. 3), (4 .. 7) …; the last one has the last four channels. */
typedef struct {
    mcutk_depthwise_shape shape;
    mcutk_depthwise_pitch pitch;
    const int8_t *weights;              /* [groups of four channels][4][kernel_h][kernel_w] */
    const mcutk_mve_channels *channels; /* [ceil(channels / 4)] */
} mcutk_depthwise_mve;

/* For the rounding `any`. Groups of four channels, the last one filled up with zeros. */
typedef struct {
    mcutk_depthwise_shape shape;
    mcutk_depthwise_pitch pitch;
    const int8_t *weights; /* as above */
    const mcutk_mve_channels_any_shift *channels; /* [ceil(channels / 4)] */
} mcutk_depthwise_mve_any_shift;

typedef void mcutk_depthwise_mve_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_mve *p);

mcutk_depthwise_mve_fn mcutk_depthwise3_mve_relu;
mcutk_depthwise_mve_fn mcutk_depthwise3_mve_linear;
mcutk_depthwise_mve_fn mcutk_depthwise6_mve_relu;
mcutk_depthwise_mve_fn mcutk_depthwise6_mve_linear;
mcutk_depthwise_mve_fn mcutk_depthwise_mve_relu;
mcutk_depthwise_mve_fn mcutk_depthwise_mve_linear;
void mcutk_depthwise_mve_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_mve_any_shift *p);

mcutk_depthwise_mve_fn mcutk_depthwise5_mve_wide_relu;
mcutk_depthwise_mve_fn mcutk_depthwise5_mve_wide_linear;
mcutk_depthwise_mve_fn mcutk_depthwise10_mve_wide_relu;
mcutk_depthwise_mve_fn mcutk_depthwise10_mve_wide_linear;

#endif
