/* CONV_2D and FULLY_CONNECTED with the DSP extension for every layer: any geometry, rounding, clamp and size of accumulators.
 *
 * A window at a time, four output channels at a time (mcutk_dots_dsp.h).
 */
#ifndef MCUTK_CONV_DOTS_DSP_H
#define MCUTK_CONV_DOTS_DSP_H

#include "mcutk_types.h"

typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;         /* [ceil(out_c / 4)][ceil(depth / 4)][4 channels][4], depth = [kernel_h][kernel_w][in_c] */
    const mcutk_channel *channels; /* [out_c], filled up to a multiple of four */
} mcutk_conv_dots_dsp;

typedef struct {
    mcutk_fc_shape shape;
    const int8_t *weights;         /* the same with depth = in_c */
    const mcutk_channel *channels;
} mcutk_fc_dots_dsp;

/* in [in_h][in_w][in_c] -> out [out_h][out_w][out_c], pixel by pixel. scratch: a window, kernel_h * kernel_w * in_c bytes, which is
 * copied before its pixel is written; not used by a kernel of one pixel without padding, whose inputs are adjacent. */
void mcutk_conv_dots_dsp_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_dots_dsp *p);

/* in [rows][in_c] -> out [rows][out_c]. scratch is not used. */
void mcutk_fc_dots_dsp_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_dots_dsp *p);

#endif
