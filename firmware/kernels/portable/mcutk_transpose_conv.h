/* TRANSPOSE_CONV, int8 NHWC, any geometry.
 *
 *   in   [in_h][in_w][in_c]
 *   out  [out_h][out_w][out_c], written upward; it does not overlap the input
 * Input pixel (y, x) adds to the output pixels from (y * stride_h - pad_top, x * stride_w - pad_left) on.
 */
#ifndef MCUTK_TRANSPOSE_CONV_H
#define MCUTK_TRANSPOSE_CONV_H

#include "mcutk_types.h"

typedef struct {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w;
    uint8_t stride_h, stride_w;
    int16_t pad_top, pad_left;     /* rows and columns cut from the top and left of the full output */
    int8_t in_zero_point;          /* subtracted from each input: how many inputs an output has differs */
    int8_t out_zero_point;
    int8_t act_min, act_max;       /* clamp, output zero point included */
    const int8_t *weights;         /* [out_c][kernel_h][kernel_w][in_c] */
    const mcutk_channel *channels; /* [out_c]; in_zero_point is not part of the biases */
} mcutk_transpose_conv;

void mcutk_transpose_conv_s8(const int8_t *in, int8_t *out, const mcutk_transpose_conv *p);

#endif
