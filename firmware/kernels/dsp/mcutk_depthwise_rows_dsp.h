/* The inner blocks of the 3x3 depthwise kernels: strips of four channels, two output rows at a time.
 *
 * A strip holds, for each input column, four channels of the input rows that two output rows need, as int16 pairs:
 *   stride 1: [column][4 channels][2]   { row 0, row 1 }, { row 2, row 3 }
 *   stride 2: [column][4 channels][4]   { row 0, row 1 }, { row 2, row 3 }, { row 4, - }, -
 * so that a word times two weights of a kernel column serves both rows: stride 1 and 2 alike take twelve SMLA for the
 * eighteen products of two outputs.
 *
 * Packing of weights, uint32_t[4] a channel; w[ky][kx]:
 *   bytes w00 w01 w10 w11,  w02 w10 w12 w20,  w11 w12 w21 w22   (low byte first),  2 * bias
 * SXTB16 makes the pairs (w0x, w1x) and (w1x, w2x) of each kernel column. The channel table is that of mcutk_gemm_dsp.h,
 * and so are the conditions of relu and linear.
 */
#ifndef MCUTK_DEPTHWISE_ROWS_DSP_H
#define MCUTK_DEPTHWISE_ROWS_DSP_H

#include <stdint.h>

/* Fills `columns` columns of a strip with four channels, `channel` the first. rows: the first column of each input row
 * (stride 1: four rows, stride 2: five); may be unaligned. step: bytes from column to column. */
typedef void mcutk_depthwise_build_fn(
    uint32_t *strip, const int8_t *const *rows, int32_t step, int32_t columns, int32_t channel);
mcutk_depthwise_build_fn mcutk_depthwise_build_s1_dsp;
mcutk_depthwise_build_fn mcutk_depthwise_build_s2_dsp;

/* Two output rows of up to four channels of a strip. Offsets are known to the assembly. */
typedef struct {
    const uint32_t *strip;    /* of the first channel: strip + 2 (stride 1) or 4 (stride 2) a channel */
    const uint32_t *weights;  /* of the first channel */
    const uint32_t *table;    /* multipliers of the first channel */
    uint32_t shifts;          /* right shift - 1, a byte a channel */
    int8_t *out;              /* first channel of the first pixel of the first row */
    int32_t row;              /* bytes to the second row; 0 where there is none */
    int32_t step;             /* bytes from pixel to pixel */
    int32_t columns;          /* bytes of a strip's columns that the row steps over: out_w * (32 or 128) */
    int32_t channels;         /* 1..4 */
    int32_t rounding;         /* 2 * out_zero_point + 1 */
} mcutk_depthwise_rows;

typedef void mcutk_depthwise_rows_fn(const mcutk_depthwise_rows *r);
mcutk_depthwise_rows_fn mcutk_depthwise_rows_s1_relu_dsp;
mcutk_depthwise_rows_fn mcutk_depthwise_rows_s1_linear_dsp;
mcutk_depthwise_rows_fn mcutk_depthwise_rows_s2_relu_dsp;
mcutk_depthwise_rows_fn mcutk_depthwise_rows_s2_linear_dsp;

#endif
