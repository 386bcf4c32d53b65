/* DEPTHWISE_CONV_2D with the DSP extension (Armv7E-M), int8: 3x3, depth multiplier 1, stride 1 (s1) or 2 (s2) in both
 * directions, no dilation, 4 channels or more. Four (s1) or two (s2) output rows at a time, one group of four channels after
 * another. s1: the input rows under a block of output rows are copied to scratch before the block is written. s2: they are
 * read while it is written.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p)
 *   in       [in_h][in_w][channels]
 *   out      [out_h][out_w][channels]
 *   scratch  4-byte aligned; one strip: ((out_w - 1) * stride + 3) columns of 48 (s1) or 64 (s2) bytes; s1: then six input
 *            rows
 *   p        in flash
 *   relu, linear: conditions in mcutk_scales_dsp.h
 */
#ifndef MCUTK_DEPTHWISE_ROWS_DSP_H
#define MCUTK_DEPTHWISE_ROWS_DSP_H

#include "mcutk_scales_dsp.h"

typedef struct {
    const uint32_t *weights;        /* packed as mcutk_depthwise_strip_dsp.h says */
    const mcutk_scales_dsp *scales; /* [ceil(channels / 4)] */
    uint16_t in_h, in_w;
    uint16_t out_h, out_w;
    uint16_t channels;
    int16_t pad_top, pad_left; /* rows above and columns left of the image that read as in_zero_point;
                                * pad_left is less than the columns of a strip */
    int8_t in_zero_point;      /* value of padding */
    int8_t out_zero_point;
} mcutk_depthwise_rows_dsp;

typedef void mcutk_depthwise_rows_dsp_fn(
    const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p);
mcutk_depthwise_rows_dsp_fn mcutk_depthwise_s1_dsp_relu;
mcutk_depthwise_rows_dsp_fn mcutk_depthwise_s1_dsp_linear;
mcutk_depthwise_rows_dsp_fn mcutk_depthwise_s2_dsp_relu;
mcutk_depthwise_rows_dsp_fn mcutk_depthwise_s2_dsp_linear;

#endif
