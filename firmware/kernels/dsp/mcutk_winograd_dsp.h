/* CONV_2D of a 3x3 kernel with stride 1 and no dilation as exact Winograd F(2x2, 3x3), with the DSP extension (Armv7E-M),
 * int8, in_c >= 4. Any padding and size.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const PARAMS *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]. Two rows of four pixels are written at a time, once their inputs were read for the last
 *            time but for two columns, which scratch holds; ram: apart from `in` where there is more than one batch
 *   scratch  4-byte aligned. steps = 2 * ceil(in_c / 4): 224 bytes for each step; in_c bytes padded to a multiple of 4; where
 *            out_w or out_c is not a multiple of 4, 8 bytes for each channel of a batch, padded likewise; ram: then the
 *            weights of a batch, 16 + 256 * steps bytes for each four channels
 *   p        in flash
 *   linear   rounding linear or relu of mcutk_scales_dsp.h, |sum| < 2^29      any: every clamp and shift, |sum| < 2^29
 */
#ifndef MCUTK_WINOGRAD_DSP_H
#define MCUTK_WINOGRAD_DSP_H

#include "mcutk_winograd_tiles.h"

/* linear */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;        /* transformed, as mcutk_winograd_tiles_dsp.h says */
    const mcutk_winograd_scales *scales; /* [ceil(out_c / 4)] */
} mcutk_winograd_dsp;

/* any */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;       /* transformed, as mcutk_winograd_tiles_dsp.h says */
    const mcutk_winograd_scale *scales; /* [out_c] */
} mcutk_winograd_any_dsp;

/* ram: weights as int8, transformed into scratch for a batch of channels at a time. A group of four channels has
 * 4 * bias[4], then [4 channels][quads][9 taps] words of four inputs. */

/* ram, linear */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;        /* int8, as above */
    const mcutk_winograd_scales *scales; /* [ceil(out_c / 4)] */
    uint16_t batch;                 /* channels, a multiple of 4 */
} mcutk_winograd_ram_dsp;

/* ram, any */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;       /* int8, as above */
    const mcutk_winograd_scale *scales; /* [out_c] */
    uint16_t batch;                /* channels, a multiple of 4 */
} mcutk_winograd_ram_any_dsp;

void mcutk_winograd_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_dsp *p);
void mcutk_winograd_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_any_dsp *p);
void mcutk_winograd_ram_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_dsp *p);
void mcutk_winograd_ram_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_any_dsp *p);

#endif
