/* From accumulators to outputs, specialised at compile time of the model: what the blocked portable kernels share. */
#ifndef MCUTK_FINISH_H
#define MCUTK_FINISH_H

#include "mcutk_requant.h"
#include "mcutk_types.h"

/* Whether the short way serves a layer at all: int8's own range as clamp. */
static inline int mcutk_finish_is_plain(const mcutk_conv *p) {
    return p->act_min == INT8_MIN && p->act_max == INT8_MAX;
}

/* Whether a channel takes the short way: right shifts of 1 to 20. */
static inline int mcutk_finish_is_short(const mcutk_channel *channel) {
    return (uint32_t)(-1 - channel->shift) < 20u;
}

/* Rounding and output zero point in one: 2^(right - 1) + (zero_point << right). */
static inline int32_t mcutk_finish_offset(int32_t zero_point, int32_t right) {
    return (int32_t)((uint32_t)(2 * zero_point + 1) << (right - 1));
}

/* The short way. |sum| < 2^30, offset from mcutk_finish_offset. With `relu` the rounding of negative values does not matter: they all end at act_min, which
 * is the zero point. */
static inline int32_t mcutk_finish_short(int32_t sum, int32_t multiplier, int32_t right, int32_t offset, int relu) {
#ifdef MCUTK_NO_LONG_MULTIPLY
    int32_t high = mcutk_high_mul(sum, multiplier);
#else
    /* 2 * sum fits, and its product's high word rounds by the low word's top bit. */
    const int64_t product = (int64_t)(2 * sum) * multiplier;
    int32_t high = (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
#endif
    if (!relu) {
        high += high >> 31;
    }
    return mcutk_saturate_8((high + offset) >> right);
}

/* The general way: any shift, any range. */
static inline int32_t mcutk_finish_any(int32_t sum, const mcutk_channel *channel, const mcutk_conv *p) {
    return mcutk_finish(sum, channel->multiplier, channel->shift, p->out_zero_point, p->act_min, p->act_max);
}

#endif
