/* From accumulators to outputs: what the blocked portable kernels share. */
#ifndef MCUTK_FINISH_H
#define MCUTK_FINISH_H

#include "mcutk_types.h"

/* Channels whose sums are brought to the output together. */
#define MCUTK_BLOCK_CHANNELS 8

/* How a layer is finished: any shift and range; or, for right shifts of 1 to 20 and a clamp to all of int8, the short ways.
 * With ReLU (act_min is the zero point) the rounding of negative values does not matter: they all end at the zero point. */
typedef enum { MCUTK_FINISH_ANY, MCUTK_FINISH_LINEAR, MCUTK_FINISH_RELU } mcutk_finish_way;

/* The way of a layer; once a call. */
mcutk_finish_way mcutk_finish_choose(const mcutk_conv *p);

/* sums[channel][4 pixels], biases included, |sum| < 2^30, of `channels` channels from p->channels[first] on and `count` of
 * the four pixels; to out[pixel * out_c + channel]. */
void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_conv *p, int32_t first, int32_t channels,
                        int32_t count, mcutk_finish_way way);

#endif
