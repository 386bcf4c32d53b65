/* Inner block of the DSP convolutions: two pixels by any number of groups of four output channels.
 *
 * Narrow packing of weights, one group of four channels after another; depth, the inputs of one output, is padded with
 * zero weights to a multiple of 4:
 *   int32_t bias[4]            256 * b0 + b1,  b1,  256 * b2 + b3,  b3
 *   uint32_t steps[depth/2][2] a word holds two signed half-words 256 * w0 + w1 for two inputs; the second word w2, w3
 * One SMLAD on the word itself sums 256 * (channel 0) + (channel 1); SXTB16 leaves channel 1 alone, a second SMLAD sums
 * it, and their difference is exactly 256 * (channel 0). That saves one of two unpackings. It needs w0 >= -127 and
 * |sum| < 2^23 in the even channels, 2^30 in the odd ones, both known when weights are packed.
 *
 * Wide packing, for the kernels named `wide`: weights are int16, twice as large:
 *   int32_t bias[4]            b0, b1, b2, b3
 *   uint32_t steps[depth/2][4] words of two inputs for channels 0 to 3
 * One instruction in twelve less, any weights, and |sum| < 2^30.
 *
 * The column buffer holds the two pixels' inputs as int16 pairs, 16 bytes for every four inputs:
 *   { a0 a2 }, { b0 b2 }, { a1 a3 }, { b1 b3 }      a, b: the two pixels; low half-word first
 * so that SXTB16 of four bytes gives the words, and the steps hold inputs 0 2, then 1 3.
 */
#ifndef MCUTK_GEMM_DSP_H
#define MCUTK_GEMM_DSP_H

#include "mcutk_scales_dsp.h"

/* A run of groups, and the columns that their weights are applied to. The layout is known to the assembly. */
typedef struct {
    const uint32_t *weights;            /* of the first group, packed as above */
    const mcutk_scales_dsp *scales;     /* of the first group; raw: not read */
    const mcutk_scales_dsp *scales_end; /* scales + groups, at least 1 group; raw: not read */
    const uint32_t *column;             /* column buffer */
    const uint32_t *column_end;         /* column + depth, depth at least 4 */
    int32_t rounding;                   /* 2 * out_zero_point + 1; raw: not read */
} mcutk_gemm;

#if defined(__arm__)
_Static_assert(offsetof(mcutk_gemm, weights) == MCUTK_GEMM_WEIGHTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_gemm, scales) == MCUTK_GEMM_SCALES, "layout known to assembly");
_Static_assert(offsetof(mcutk_gemm, scales_end) == MCUTK_GEMM_SCALES_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_gemm, column) == MCUTK_GEMM_COLUMN, "layout known to assembly");
_Static_assert(offsetof(mcutk_gemm, column_end) == MCUTK_GEMM_COLUMN_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_gemm, rounding) == MCUTK_GEMM_ROUNDING, "layout known to assembly");
_Static_assert(sizeof(mcutk_gemm) == MCUTK_GEMM_BYTES, "layout known to assembly");
#endif

/* All groups. out0, out1: the first byte of the two pixels' channels; each gets 4 bytes per group. They may be the same
 * address when the two columns are equal. relu, linear: conditions in mcutk_scales_dsp.h. */
typedef void mcutk_gemm_fn(const mcutk_gemm *g, int8_t *out0, int8_t *out1);
mcutk_gemm_fn mcutk_gemm_dsp_relu;
mcutk_gemm_fn mcutk_gemm_dsp_linear;
mcutk_gemm_fn mcutk_gemm_wide_dsp_relu;
mcutk_gemm_fn mcutk_gemm_wide_dsp_linear;

/* The first group alone, not requantized: sums [2 pixels][4 channels]. */
typedef void mcutk_gemm_raw_fn(const mcutk_gemm *g, int32_t sums[2 * MCUTK_GROUP]);
mcutk_gemm_raw_fn mcutk_gemm_dsp_raw;
mcutk_gemm_raw_fn mcutk_gemm_wide_dsp_raw;

#endif
