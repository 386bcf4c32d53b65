/* CONV_2D with Helium, int8, for kernels three pixels wide and stride_w = 1.
 *
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c], row by row, two channels of a row at a time
 *   scratch  kernel_h * ceil(in_c / 16) * (out_w + 2) * 16 bytes, 8-byte aligned
 * kernel_w = 3, stride_w = dilation_w = 1, out_w >= 4, out_c >= 2, 3 * out_c + 1 < 65536.
 *
 * The rows under an output row are copied to planes of 16 channels before the row is written (mcutk_conv3_core_mve.h). The suffix
 * names the rounding; mcutk_mve_core.h has the conditions.
 */
#ifndef MCUTK_CONV3_MVE_H
#define MCUTK_CONV3_MVE_H

#include "mcutk_mve_channels.h"
#include "mcutk_types.h"

/* Pairs of channels: (0, 1), (2, 3) …; the last channel of an odd number is in a pair with the one before it. */
typedef struct {
    mcutk_conv_shape shape;
    const int8_t *weights;               /* [pairs][kernel_h][ceil(in_c / 16)][3][2 channels][16], zeros beyond in_c */
    const mcutk_mve_channel_pair *pairs; /* [ceil(out_c / 2)] */
} mcutk_conv3_mve;

void mcutk_conv3_mve_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv3_mve *p);
void mcutk_conv3_mve_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv3_mve *p);

#endif
