/* The inner block of the DSP convolutions: two pixels by any number of groups of four output channels.
 *
 * Packing of weights, one group of four channels after another; depth is padded with zero weights to a multiple of 4:
 *   int32_t bias[4]            256 * b0 + b1,  b1,  256 * b2 + b3,  b3
 *   uint32_t steps[depth/2][2] a word holds two signed half-words 256 * w0 + w1 for two inputs; the second word w2, w3
 * One SMLAD on the word itself sums 256 * (channel 0) + (channel 1); SXTB16 leaves channel 1 alone, a second SMLAD sums
 * it, and their difference is exactly 256 * (channel 0). That saves one of two unpackings. It needs w0 >= -127 and
 * |accumulator| < 2^23 in the even channels, 2^30 in the odd ones, both known when weights are packed.
 *
 * Packing of channels, a group after another: uint32_t[5] = four bytes (right shift - 1), four multipliers.
 *
 * The column buffer holds the two pixels' inputs as int16 pairs, 16 bytes for every four inputs:
 *   { a0 a2 }, { b0 b2 }, { a1 a3 }, { b1 b3 }      a, b: the two pixels; low half-word first
 * so that SXTB16 of four bytes gives the words, and the steps hold inputs 0 2, then 1 3.
 */
#ifndef MCUTK_GEMM_DSP_H
#define MCUTK_GEMM_DSP_H

#include <stdint.h>

/* Channels of a group. */
#define MCUTK_GEMM_GROUP 4

/* Weights and channel table of a run of groups, and the columns they are applied to. Offsets are known to the assembly. */
typedef struct {
    const uint32_t *weights;
    const uint32_t *channels;
    const uint32_t *channels_end;
    const uint32_t *column;
    const uint32_t *column_end; /* column + 2 * steps words, steps = depth / 2, at least 2 */
    int32_t rounding;           /* 2 * out_zero_point + 1 */
} mcutk_gemm;

/* out0, out1: the first byte of the two pixels' channels; each gets 4 bytes a group. They may be the same address when
 * the two columns are equal.
 *   relu:   out_zero_point <= act_min = -128 and act_max = 127: negatives clamp, so their rounding does not matter
 *   linear: act_min = -128, act_max = 127
 * The right shift is 1 or more in both. */
typedef void mcutk_gemm_fn(const mcutk_gemm *g, int8_t *out0, int8_t *out1);
mcutk_gemm_fn mcutk_gemm_dsp_relu;
mcutk_gemm_fn mcutk_gemm_dsp_linear;

/* The same with weights twice as large, int16: [depth/2][4] words of two inputs for channels 0 to 3, after plain biases.
 * One instruction in twelve less, no bound on weights, and on accumulators 2^30. */
mcutk_gemm_fn mcutk_gemm_wide_dsp_relu;
mcutk_gemm_fn mcutk_gemm_wide_dsp_linear;

/* One group whatever the channel table says: int32 accumulators [2 pixels][4 channels] at sums, 4-byte aligned. */
void mcutk_gemm_dsp_raw(const mcutk_gemm *g, int32_t *sums);
void mcutk_gemm_wide_dsp_raw(const mcutk_gemm *g, int32_t *sums);

#endif
