/* From accumulators to outputs: shared by the portable kernels that compute several channels together. */
#ifndef MCUTK_FINISH_H
#define MCUTK_FINISH_H

#include "mcutk_types.h"

/* Channels whose sums are brought to the output together. */
#define MCUTK_BLOCK_CHANNELS 8

/* How a layer's sums are rounded and clamped. LINEAR and RELU need right shifts of 1 to 20 and a clamp to all of int8; the
 * `shift` of a channel is then its right shift less one, 0 to 19. RELU also needs act_min = out_zero_point: how negative
 * values round does not matter, because all of them become the zero point. */
typedef enum {
    MCUTK_FINISH_ANY,    /* any shift and clamp */
    MCUTK_FINISH_LINEAR, /* halves away from zero */
    MCUTK_FINISH_RELU    /* halves up */
} mcutk_finish_way;

/* What is the same for all sums of a layer. */
typedef struct {
    mcutk_finish_way way;
    int32_t out_c; /* bytes from a pixel's output to that of the next pixel */
    int32_t out_zero_point;
    int32_t act_min, act_max;
} mcutk_finish_layer;

/* sums[channel][4 pixels], biases included, |sum| < 2^30, of the channels from `channel` up to `end` and `count` of the four
 * pixels; to out[pixel * out_c + channel]. */
void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_finish_layer *layer, const mcutk_channel *channel,
                        const mcutk_channel *end, int32_t count);

#endif
