/* Inner blocks of the Winograd convolutions F(2x2, 3x3): two tiles of 2x2 outputs side by side.
 *
 * With G of Winograd's algorithm doubled, all is integer: W = (2G) w (2G)^T, V = B^T d B, outputs A^T [W . V] A are 4 times
 * the sums of the convolution. |W| <= 9 * 128 and |V| <= 4 * 128 fit int16 for all int8 weights and inputs. Sums wrap modulo
 * 2^32; they are exact because 4 times every sum of the convolution fits.
 *
 * A step is a word of columns, of V and of T's factors: one input as int32 here, two as int16 in mcutk_winograd_tiles_dsp.h.
 *
 *   columns  [steps][4 rows][6 columns]: B^T d of 6 columns, rows in the order 0 1 2 3
 *   V        [steps][16 positions][2 tiles]
 *   weights  one group of four channels after another: int32 4 * bias[4], then [16 positions][steps][4 channels] of as many
 *            int16 as a step has inputs
 *   T        [4][row 1, row 0][2 tiles][4 channels]: sums over the rows of W, columns in the order 1 0 2 3
 * Position 4 * j + i has column 1 0 2 3 for j = 0 .. 3 and row 1 2 3 0 for i = 0 .. 3; the weights of rows 2 and 3 are negated.
 */
#ifndef MCUTK_WINOGRAD_TILES_H
#define MCUTK_WINOGRAD_TILES_H

#include "mcutk_winograd_assembly.h"
#include "mcutk_winograd_walk.h"

/* Requantization of a group of four output channels. Channels beyond out_c have all bits zero. */
typedef struct {
    uint32_t right_shifts;  /* right shift - 1 of each channel, one byte each, the first in bits 0 to 7 */
    int32_t multipliers[4]; /* Q31 */
} mcutk_winograd_scales;

/* The same of one output channel, for every shift. real_multiplier = multiplier / 2^31 * 2^shift. */
typedef struct {
    int32_t multiplier; /* Q31, in [2^30, 2^31) or 0 */
    int32_t shift;      /* > 0 left, < 0 right */
} mcutk_winograd_scale;

/* A run of groups of four channels. The layout is known to assembly. */
typedef struct {
    const uint32_t *weights;                 /* of the first group */
    const uint32_t *v;
    const uint32_t *v_end;                   /* v + 32 * steps */
    const mcutk_winograd_scales *scales;     /* of the first group; raw: not read */
    const mcutk_winograd_scales *scales_end; /* scales + groups, at least 1 group; raw: not read */
    int32_t rounding;                        /* 2 * (2 * out_zero_point + 1); raw: not read */
    int32_t step;                            /* bytes from output pixel to output pixel; raw: not read */
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
_Static_assert(sizeof(mcutk_winograd_scales) == MCUTK_WINOGRAD_SCALES_BYTES, "layout known to assembly");
_Static_assert(sizeof(mcutk_winograd_rows) == 32, "layout known to assembly");
#endif

/* Transforms `count` columns, at least 1, into the columns buffer; `to` is the word of row 0 of the first one. Advances the
 * rows. Nothing after a pixel is read. */
typedef void mcutk_winograd_columns_fn(mcutk_winograd_rows *rows, uint32_t *to, int32_t in_c, int32_t count);

/* From the columns buffer to V. Columns 4 and 5 become columns 0 and 1. */
typedef void mcutk_winograd_transform_fn(uint32_t *columns, uint32_t *v, const uint32_t *columns_end);

/* Outputs of all groups, 4 channels per group, of two rows of 4 pixels; the second row is written first. The clamp is that of
 * all int8, halves are rounded away from zero, right shifts are 1 to 22, |sum| < 2^29. */
typedef void mcutk_winograd_pair_fn(const mcutk_winograd_pair *p, int8_t *out0, int8_t *out1);

/* T of the first group. */
typedef void mcutk_winograd_raw_fn(const mcutk_winograd_pair *p, int32_t t[MCUTK_WINOGRAD_BLOCK]);

mcutk_winograd_columns_fn mcutk_winograd_columns;
mcutk_winograd_transform_fn mcutk_winograd_transform;
mcutk_winograd_pair_fn mcutk_winograd_outputs;
mcutk_winograd_raw_fn mcutk_winograd_raw;

#endif
