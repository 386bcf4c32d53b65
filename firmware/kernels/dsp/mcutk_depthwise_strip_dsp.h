/* Inner blocks of the 3x3 depthwise kernels: strips of four channels, four (stride 1) or two (stride 2) output rows.
 *
 * A strip holds, for each input column, four channels of the input rows that its output rows need, as int16 pairs:
 *   stride 1: [column][4 channels][3]   { row 0, row 1 }, { row 2, row 3 }, { row 4, row 5 }
 *   stride 2: [column][4 channels][4]   { row 0, row 1 }, { row 2, row 3 }, { row 4, - }, -
 * so that a word times two weights of a kernel column serves both rows: stride 1 and 2 alike take twelve SMLA for the
 * eighteen products of two outputs.
 *
 * Packing of weights, uint32_t[4] per channel; w[ky][kx]:
 *   bytes w00 w01 w10 w11,  w02 w10 w12 w20,  w11 w12 w21 w22   (low byte first),  2 * bias
 * SXTB16 makes the pairs (w0x, w1x) and (w1x, w2x) of each kernel column.
 */
#ifndef MCUTK_DEPTHWISE_STRIP_DSP_H
#define MCUTK_DEPTHWISE_STRIP_DSP_H

#include "mcutk_scales_dsp.h"

/* Fills `columns` columns of a strip with four channels, `channel` the first. rows: the first column of each input row
 * (stride 1: six rows, stride 2: five); may be unaligned. step: bytes from column to column. */
typedef void mcutk_depthwise_build_fn(
    uint32_t *strip, const int8_t *const *rows, int32_t step, int32_t columns, int32_t channel);
mcutk_depthwise_build_fn mcutk_depthwise_build_s1_dsp;
mcutk_depthwise_build_fn mcutk_depthwise_build_s2_dsp;

/* The output rows of up to four channels of a strip. The layout is known to the assembly. */
typedef struct {
    const uint32_t *pairs;      /* of the first channel in the strip; 3 (stride 1) or 4 (stride 2) words per channel */
    const uint32_t *weights;    /* of the first channel, packed as above */
    const int32_t *multipliers; /* of the first channel, Q31 */
    uint32_t right_shifts;      /* right shift - 1, a byte per channel, the first in bits 0 to 7 */
    int8_t *out;                /* first channel of the first pixel of the first row */
    int32_t row;                /* bytes to the second row; 0 where there is none */
    int32_t step;               /* bytes from pixel to pixel */
    int32_t third, fourth;      /* stride 1: bytes from the first row to the third, and from there to the fourth; 0 where
                                 * there is none */
    int32_t column_bytes;       /* bytes of the columns that the row steps over: out_w * (48 or 128) */
    int32_t channels;           /* 1 to 4 */
    int32_t rounding;           /* 2 * out_zero_point + 1 */
} mcutk_depthwise_strip;

#if defined(__arm__)
_Static_assert(offsetof(mcutk_depthwise_strip, pairs) == MCUTK_STRIP_PAIRS, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, weights) == MCUTK_STRIP_WEIGHTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, multipliers) == MCUTK_STRIP_MULTIPLIERS, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, right_shifts) == MCUTK_STRIP_RIGHT_SHIFTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, out) == MCUTK_STRIP_OUT, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, row) == MCUTK_STRIP_ROW, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, step) == MCUTK_STRIP_STEP, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, third) == MCUTK_STRIP_THIRD, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, fourth) == MCUTK_STRIP_FOURTH, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, column_bytes) == MCUTK_STRIP_COLUMN_BYTES, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, channels) == MCUTK_STRIP_CHANNELS, "layout known to assembly");
_Static_assert(offsetof(mcutk_depthwise_strip, rounding) == MCUTK_STRIP_ROUNDING, "layout known to assembly");
_Static_assert(sizeof(mcutk_depthwise_strip) == MCUTK_STRIP_BYTES, "layout known to assembly");
#endif

/* relu, linear: conditions in mcutk_scales_dsp.h. */
typedef void mcutk_depthwise_strip_fn(const mcutk_depthwise_strip *strip);
mcutk_depthwise_strip_fn mcutk_depthwise_strip_s1_relu_dsp;
mcutk_depthwise_strip_fn mcutk_depthwise_strip_s1_linear_dsp;
mcutk_depthwise_strip_fn mcutk_depthwise_strip_s2_relu_dsp;
mcutk_depthwise_strip_fn mcutk_depthwise_strip_s2_linear_dsp;

#endif
