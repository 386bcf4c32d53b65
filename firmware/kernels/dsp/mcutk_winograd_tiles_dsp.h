/* Inner blocks of the Winograd convolution F(2x2, 3x3) with the DSP extension: two tiles of 2x2 outputs side by side.
 *
 * With G of Winograd's algorithm doubled, all is integer: W = (2G) w (2G)^T, V = B^T d B, outputs A^T [W . V] A are 4 times
 * the sums of the convolution. |W| <= 9 * 128 and |V| <= 4 * 128 fit int16 for all int8 weights and inputs. Sums wrap modulo
 * 2^32; they are exact because 4 times every sum of the convolution fits.
 *
 * A word holds two inputs as int16: 0 and 2, or 1 and 3, of a quad of four inputs, the order in which SXTB16 unpacks bytes.
 * steps = 2 * ceil(in_c / 4). Where in_c is not a multiple of 4, the last quad is the last four inputs, and its weights for
 * inputs that the quad before it has are zero.
 *
 *   columns  [steps][4 rows][6 columns]: B^T d of 6 columns, rows in the order 0 1 2 3
 *   V        [steps][16 positions][2 tiles]
 *   weights  one group of four channels after another: int32 4 * bias[4], then [16 positions][steps][4 channels]
 *   T        [4][row 1, row 0][2 tiles][4 channels]: sums over the rows of W, columns in the order 1 0 2 3
 * Position 4 * j + i has column 1 0 2 3 for j = 0 .. 3 and row 1 2 3 0 for i = 0 .. 3; the weights of rows 2 and 3 are negated.
 */
#ifndef MCUTK_WINOGRAD_TILES_DSP_H
#define MCUTK_WINOGRAD_TILES_DSP_H

#include "mcutk_scales_dsp.h"
#include "mcutk_winograd_walk.h"

/* Transforms `count` columns, at least 1, into the columns buffer; `to` is the word of row 0 of the first one. Advances the
 * rows. in_c is at least 4. Nothing after a pixel is read. */
void mcutk_winograd_columns_dsp(mcutk_winograd_rows *rows, uint32_t *to, int32_t in_c, int32_t count);

/* From the columns buffer to V. Columns 4 and 5 become columns 0 and 1. */
void mcutk_winograd_transform_dsp(uint32_t *columns, uint32_t *v, const uint32_t *columns_end);

/* The transformed weights of a channel. `to` is its word of the first two inputs at position 0, `from` words of four inputs:
 * [quads][9 taps], `column` the bytes of four positions: 64 * steps. */
void mcutk_winograd_weights_dsp(uint32_t *to, const uint32_t *from, int32_t quads, int32_t column);

/* A run of groups of four channels. The layout is known to the assembly. */
typedef struct {
    const uint32_t *weights;            /* of the first group, packed as above */
    const uint32_t *v;
    const uint32_t *v_end;              /* v + 32 * steps */
    const mcutk_scales_dsp *scales;     /* of the first group; raw: not read */
    const mcutk_scales_dsp *scales_end; /* scales + groups, at least 1 group; raw: not read */
    int32_t rounding;                   /* 2 * (2 * out_zero_point + 1); raw: not read */
    int32_t step;                       /* bytes from output pixel to output pixel; raw: not read */
} mcutk_winograd_pair;

#if defined(__arm__)
_Static_assert(offsetof(mcutk_winograd_pair, weights) == MCUTK_WINOGRAD_WEIGHTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_winograd_pair, v) == MCUTK_WINOGRAD_V_FIRST, "layout known to assembly");
_Static_assert(offsetof(mcutk_winograd_pair, v_end) == MCUTK_WINOGRAD_V_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_winograd_pair, scales) == MCUTK_WINOGRAD_SCALES, "layout known to assembly");
_Static_assert(offsetof(mcutk_winograd_pair, scales_end) == MCUTK_WINOGRAD_SCALES_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_winograd_pair, rounding) == MCUTK_WINOGRAD_ROUNDING, "layout known to assembly");
_Static_assert(offsetof(mcutk_winograd_pair, step) == MCUTK_WINOGRAD_STEP, "layout known to assembly");
_Static_assert(sizeof(mcutk_winograd_pair) == MCUTK_WINOGRAD_PAIR_BYTES, "layout known to assembly");
_Static_assert(sizeof(mcutk_winograd_rows) == 32, "layout known to assembly");
#endif

/* Outputs of all groups, 4 channels per group, of two rows of 4 pixels; the second row is written first. Rounding is that of
 * `linear` in mcutk_scales_dsp.h, which is right for `relu` too, and |sum| < 2^29. */
void mcutk_winograd_pair_dsp(const mcutk_winograd_pair *p, int8_t *out0, int8_t *out1);

/* T of the first group. */
void mcutk_winograd_raw_dsp(const mcutk_winograd_pair *p, int32_t t[MCUTK_WINOGRAD_BLOCK]);

#endif
