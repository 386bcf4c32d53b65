/* CONV_2D and DEPTHWISE_CONV_2D of any geometry, one tap at a time: used where no faster kernel accepts the layer.
 * Portable C11.
 *
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c], written upward byte by byte
 *   scratch  not used, may be NULL
 * Padding reads as in_zero_point. Exact for every int8 input as long as no accumulator leaves int32.
 */
#ifndef MCUTK_CONV_GENERIC_H
#define MCUTK_CONV_GENERIC_H

#include "mcutk_types.h"

typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;         /* [out_c][kernel_h][kernel_w][in_c] */
    const mcutk_channel *channels; /* [out_c] */
} mcutk_conv_generic;

void mcutk_conv_generic_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_generic *p);

typedef struct {
    mcutk_conv_shape shape;        /* out_c = in_c * depth_multiplier */
    uint16_t depth_multiplier;     /* output channels for each input channel */
    const int8_t *weights;         /* [kernel_h][kernel_w][out_c] */
    const mcutk_channel *channels; /* [out_c] */
} mcutk_depthwise_generic;

void mcutk_depthwise_generic_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_generic *p);

#endif
