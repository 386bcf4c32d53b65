/* DEPTHWISE_CONV_2D over a ring of padded input rows in the scratch, so that the output may lie over the input.
 *
 *   in       [in_h][in_w][channels]
 *   out      [out_h][out_w][channels]; a row is written once all input rows that it needs are in the scratch
 *   scratch  kernel_h * ((out_w - 1) * stride_w + kernel_w) * channels bytes; kernel_h <= 16
 * Every |accumulator| must stay below 2^30. 3x3 windows with strides 1 and 2 are unrolled.
 */
#ifndef MCUTK_DEPTHWISE_ROWS_H
#define MCUTK_DEPTHWISE_ROWS_H

#include "mcutk_finish.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_depthwise_shape shape;
    mcutk_finish_way finish;
    const int8_t *weights;         /* [channels][kernel_h][kernel_w] */
    const mcutk_channel *channels; /* [channels] */
} mcutk_depthwise_rows;

void mcutk_depthwise_rows_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows *p);

#endif
