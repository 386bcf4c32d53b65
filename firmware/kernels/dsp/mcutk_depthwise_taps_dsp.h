/* DEPTHWISE_CONV_2D of any kernel, stride, padding and dilation with the DSP extension (Armv7E-M), int8: depth
 * multiplier 1, in_c >= 4. One pixel at a time, in raster order; its window is read while it is written.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const PARAMS *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][in_c]
 *   scratch  4-byte aligned: 8 bytes for each tap (padded to an even number), 4 more, then in_c bytes of padding
 *   p        in flash
 */
#ifndef MCUTK_DEPTHWISE_TAPS_DSP_H
#define MCUTK_DEPTHWISE_TAPS_DSP_H

#include "mcutk_scales_dsp.h"
#include "mcutk_types.h"

/* relu, linear: conditions in mcutk_scales_dsp.h. Where in_c is not a multiple of 4, the last group of weights and of
 * scales is the last four channels. */
typedef struct {
    mcutk_conv_shape shape;         /* out_c is in_c; the clamp is that of relu or linear */
    const uint32_t *weights;        /* packed as mcutk_taps_dsp.h says */
    const mcutk_scales_dsp *scales; /* [ceil(in_c / 4)] */
} mcutk_depthwise_taps_dsp;

/* any; the last group of weights is as above */
typedef struct {
    mcutk_conv_shape shape;        /* out_c is in_c */
    const uint32_t *weights;       /* packed as mcutk_taps_dsp.h says */
    const mcutk_scale_dsp *scales; /* [in_c] */
} mcutk_depthwise_taps_any_dsp;

typedef void mcutk_depthwise_taps_dsp_fn(
    const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_taps_dsp *p);
mcutk_depthwise_taps_dsp_fn mcutk_depthwise_dsp_relu;
mcutk_depthwise_taps_dsp_fn mcutk_depthwise_dsp_linear;

void mcutk_depthwise_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_taps_any_dsp *p);

#endif
