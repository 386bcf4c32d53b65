#include "mcutk_finish.h"

#include "mcutk_requant.h"

/* Any shift, any range. */
static void finish_channel(const int32_t *sums, int8_t *out, const mcutk_conv *p, const mcutk_channel *channel,
                           int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        *out = (int8_t)mcutk_finish(sums[i], channel->multiplier, channel->shift, p->out_zero_point, p->act_min,
                                    p->act_max);
        out += p->out_c;
    }
}

/* One output by a right shift, to all of int8. `offset` is rounding and output zero point in one:
 * 2^(right - 1) + (zero_point << right). With `relu` the rounding of negative values does not matter: they all end at the
 * zero point, which is act_min. */
static inline int8_t finish_one(int32_t sum, int32_t multiplier, int32_t right, int32_t offset, int relu) {
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
    return (int8_t)mcutk_saturate_8((high + offset) >> right);
}

static inline void finish_four(const int32_t *sums, int8_t *out, int32_t step, const mcutk_channel *channel,
                               int32_t zero_point, int32_t count, int relu) {
    const int32_t multiplier = channel->multiplier;
    const int32_t right = -channel->shift;
    const int32_t offset = (int32_t)((uint32_t)(2 * zero_point + 1) << (right - 1));
    out[0] = finish_one(sums[0], multiplier, right, offset, relu);
    if (count > 1) {
        out[step] = finish_one(sums[1], multiplier, right, offset, relu);
        if (count > 2) {
            out[2 * step] = finish_one(sums[2], multiplier, right, offset, relu);
            if (count > 3) {
                out[3 * step] = finish_one(sums[3], multiplier, right, offset, relu);
            }
        }
    }
}

/* One pixel of many channels. */
static void finish_pixel(const int32_t *sums, int8_t *out, const mcutk_conv *p, int32_t first, int32_t channels) {
    const int32_t zero_point = p->out_zero_point;
    const int relu = p->act_min == zero_point;
    const mcutk_channel *channel = p->channels + first;
    for (const mcutk_channel *end = channel + channels; channel != end; ++channel) {
        const int32_t right = -channel->shift;
        if ((uint32_t)(right - 1) < 20u) {
            const int32_t offset = (int32_t)((uint32_t)(2 * zero_point + 1) << (right - 1));
            *out = finish_one(*sums, channel->multiplier, right, offset, relu);
        } else {
            finish_channel(sums, out, p, channel, 1);
        }
        sums += 4;
        ++out;
    }
}

void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_conv *p, int32_t first, int32_t channels,
                        int32_t count) {
    const int32_t step = p->out_c;
    const int32_t zero_point = p->out_zero_point;
    const int plain = p->act_min == INT8_MIN && p->act_max == INT8_MAX;
    const int relu = p->act_min == zero_point;
    const mcutk_channel *channel = p->channels + first;
    if (plain && count == 1) {
        finish_pixel(sums, out, p, first, channels);
        return;
    }
    for (const mcutk_channel *end = channel + channels; channel != end; ++channel) {
        const int fast = plain && (uint32_t)(-1 - channel->shift) < 20u;
        if (!fast) {
            finish_channel(sums, out, p, channel, count);
        } else if (relu) {
            finish_four(sums, out, step, channel, zero_point, count, 1);
        } else {
            finish_four(sums, out, step, channel, zero_point, count, 0);
        }
        sums += 4;
        ++out;
    }
}
