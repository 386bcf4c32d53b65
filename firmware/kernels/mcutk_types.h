/* Types shared by generated code and kernels. The contract of each kernel is in the header that declares it.
 *
 * All activations are int8, NHWC, batch 1, TFLite affine quantization. Results equal those of TensorFlow Lite Micro's
 * reference kernels bit for bit (double rounding in requantization).
 *
 * Each kernel has a parameter struct of its own type, a constant in flash. It embeds one of the shapes below, or has the
 * few fields that the kernel reads, and adds typed pointers to its packed weights and channel table.
 */
#ifndef MCUTK_TYPES_H
#define MCUTK_TYPES_H

#include <stdint.h>

/* Incremented when the parameter struct or the signature of any kernel changes; generated code asserts it. */
#define MCUTK_KERNEL_ABI 2

/* Requantization of one output channel. real_multiplier = multiplier / 2^31 * 2^shift.
 * `bias` holds  bias - input_zero_point * sum(weights of the channel),  so that kernels multiply raw int8 inputs; padding
 * reads as the input zero point. */
typedef struct {
    int32_t bias;
    int32_t multiplier; /* Q31, in [2^30, 2^31) or 0 */
    int32_t shift;      /* TFLite convention: > 0 left, < 0 right */
} mcutk_channel;

/* Shape, padding and clamp of a convolution. */
typedef struct {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w;
    uint8_t stride_h, stride_w;
    uint8_t dilation_h, dilation_w;
    int16_t pad_top, pad_left; /* rows above and columns left of the image that read as in_zero_point */
    int8_t in_zero_point;      /* value of padding */
    int8_t out_zero_point;
    int8_t act_min, act_max;   /* clamp, output zero point included */
} mcutk_conv_shape;

/* The same of a depthwise convolution without dilation that has one output channel for each input channel. */
typedef struct {
    uint16_t in_h, in_w;
    uint16_t out_h, out_w;
    uint16_t channels;
    uint8_t kernel_h, kernel_w;
    uint8_t stride_h, stride_w;
    int16_t pad_top, pad_left; /* rows above and columns left of the image that read as in_zero_point */
    int8_t in_zero_point;      /* value of padding */
    int8_t out_zero_point;
    int8_t act_min, act_max;   /* clamp, output zero point included */
} mcutk_depthwise_shape;

/* Shape and clamp of a fully connected layer. */
typedef struct {
    int32_t rows;  /* batch: each row of in_c inputs gives a row of out_c outputs */
    int32_t in_c;
    int32_t out_c;
    int8_t out_zero_point;
    int8_t act_min, act_max; /* clamp, output zero point included */
} mcutk_fc_shape;

#endif
