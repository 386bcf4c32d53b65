/* CONV_2D, FULLY_CONNECTED, DEPTHWISE_CONV_2D and TRANSPOSE_CONV of int16 activations with zero point 0 and int8 weights.
 * Portable C11.
 *
 * The accumulator has 64 bits, or 32 (`wide` is 0, the bias of the model is int32). Outputs are written upward.
 */
#ifndef MCUTK_CONV_S16_H
#define MCUTK_CONV_S16_H

#include <stdint.h>

/* Requantization of one output channel. Wide: a multiplier of 15 bits and a right shift of 8 to 46, rounded once.
 * Otherwise as in mcutk_channel. */
typedef struct {
    int64_t bias;
    int32_t multiplier;
    int32_t shift;
} mcutk_channel_s16;

typedef struct {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w;
    uint8_t stride_h, stride_w;
    uint8_t dilation_h, dilation_w;
    int16_t pad_top, pad_left; /* rows above and columns left of the image that read as 0 */
    int16_t act_min, act_max;
    uint8_t wide;
    uint16_t depth_multiplier;         /* of a depthwise convolution */
    const int8_t *weights;             /* [out_c][kernel_h][kernel_w][in_c]; depthwise: [kernel_h][kernel_w][out_c] */
    const mcutk_channel_s16 *channels; /* [out_c] */
} mcutk_conv_s16;

/* in [in_h][in_w][in_c], out [out_h][out_w][out_c] */
void mcutk_convolve_s16(const int16_t *in, int16_t *out, const mcutk_conv_s16 *p);
void mcutk_depthwise_s16(const int16_t *in, int16_t *out, const mcutk_conv_s16 *p);

/* Input pixel (y, x) adds to the output from (y * stride_h - pad_top, x * stride_w - pad_left) on. */
void mcutk_transpose_conv_s16(const int16_t *in, int16_t *out, const mcutk_conv_s16 *p);

#endif
