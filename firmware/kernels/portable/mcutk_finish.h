/* From accumulators to outputs: what the blocked portable kernels share. */
#ifndef MCUTK_FINISH_H
#define MCUTK_FINISH_H

#include "mcutk_types.h"

/* Channels whose sums are brought to the output together. */
#define MCUTK_BLOCK_CHANNELS 8

/* How a layer is finished: any shift and range; or, for right shifts of 1 to 20 and a clamp to all of int8, the short ways.
 * With ReLU (act_min is the zero point) the rounding of negative values does not matter: they all end at the zero point. */
typedef enum { MCUTK_FINISH_ANY, MCUTK_FINISH_LINEAR, MCUTK_FINISH_RELU } mcutk_finish_way;

/* The channel table of these kernels starts with a row whose shift is the mcutk_finish_way. With the short ways, the shift of
 * a channel is its right shift less one, 0 to 19. */
static inline mcutk_finish_way mcutk_finish_way_of(const mcutk_conv *p) {
    return (mcutk_finish_way)p->channels->shift;
}

/* The rows of the channels follow. */
static inline const mcutk_channel *mcutk_finish_channels(const mcutk_conv *p) {
    return p->channels + 1;
}

/* sums[channel][4 pixels], biases included, |sum| < 2^30, of the channels from `channel` up to `end` and `count` of the four
 * pixels; to out[pixel * out_c + channel]. */
void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_conv *p, const mcutk_channel *channel,
                        const mcutk_channel *end, int32_t count);

#endif
