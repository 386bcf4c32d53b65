/* CONV_2D of a 3x3 kernel with stride 1 and no dilation as exact Winograd F(2x2, 3x3), int8. Any padding and size.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]. Two rows of four pixels are written at a time, once their inputs were read for the last
 *            time but for two columns, which scratch holds; ram: apart from `in` where there is more than one batch
 *   scratch  4-byte aligned: 224 bytes for each input channel; in_c bytes padded to a multiple of 4; where out_w or out_c is
 *            not a multiple of 4, 8 bytes for each channel of a batch, padded likewise; ram: then the weights of a batch,
 *            16 + 128 * in_c bytes for each four channels
 *   p        in flash
 *   linear   clamp to all of int8, right shifts of 1 to 22      any: every clamp and shift      both: |sum| < 2^29
 */
#ifndef MCUTK_WINOGRAD_H
#define MCUTK_WINOGRAD_H

#include "mcutk_winograd_tiles.h"

/* linear */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;             /* transformed, as mcutk_winograd_tiles.h says */
    const mcutk_winograd_scales *scales; /* [ceil(out_c / 4)] */
} mcutk_winograd;

/* any */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;            /* transformed, as mcutk_winograd_tiles.h says */
    const mcutk_winograd_scale *scales; /* [out_c] */
} mcutk_winograd_any;

/* ram: weights as int8, transformed into scratch for a batch of channels at a time. */

/* ram, linear */
typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;               /* [out_c][in_c][9 taps] */
    const int32_t *biases;               /* [out_c], 4 times the bias */
    const mcutk_winograd_scales *scales; /* [ceil(out_c / 4)] */
    uint16_t batch;                      /* channels, a multiple of 4 */
} mcutk_winograd_ram;

/* ram, any */
typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;              /* [out_c][in_c][9 taps] */
    const int32_t *biases;              /* [out_c], 4 times the bias */
    const mcutk_winograd_scale *scales; /* [out_c] */
    uint16_t batch;                     /* channels, a multiple of 4 */
} mcutk_winograd_ram_any;

void mcutk_winograd_s8_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd *p);
void mcutk_winograd_s8_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_any *p);
void mcutk_winograd_ram_s8_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram *p);
void mcutk_winograd_ram_s8_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_any *p);

#endif
