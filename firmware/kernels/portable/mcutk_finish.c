#include "mcutk_finish.h"

#include "mcutk_requant.h"

/* One output the short way. `offset` is rounding and output zero point in one: 2^(right - 1) + (zero_point << right). */
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

static inline int32_t offset_of(int32_t twice_zero_point_and_one, int32_t shift) {
    return (int32_t)((uint32_t)twice_zero_point_and_one << (-1 - shift));
}

/* Four pixels. */
static inline void finish_fours(const int32_t *sums, int8_t *out, const mcutk_conv *p, const mcutk_channel *channel,
                                const mcutk_channel *end, int relu) {
    const int32_t step = p->out_c;
    const int32_t zero = 2 * p->out_zero_point + 1;
    for (; channel != end; ++channel) {
        const int32_t multiplier = channel->multiplier;
        const int32_t right = -channel->shift;
        const int32_t offset = offset_of(zero, channel->shift);
        int8_t *to = out++;
        *to = finish_one(sums[0], multiplier, right, offset, relu);
        to += step;
        *to = finish_one(sums[1], multiplier, right, offset, relu);
        to += step;
        *to = finish_one(sums[2], multiplier, right, offset, relu);
        to[step] = finish_one(sums[3], multiplier, right, offset, relu);
        sums += 4;
    }
}

/* One pixel. */
static inline void finish_ones(const int32_t *sums, int8_t *out, const mcutk_conv *p, const mcutk_channel *channel,
                               const mcutk_channel *end, int relu) {
    const int32_t zero = 2 * p->out_zero_point + 1;
    for (; channel != end; ++channel) {
        const int32_t shift = channel->shift;
        *out++ = finish_one(*sums, channel->multiplier, -shift, offset_of(zero, shift), relu);
        sums += 4;
    }
}

/* Any number of pixels, any shift, any range. */
static void finish_any(const int32_t *sums, int8_t *out, const mcutk_conv *p, const mcutk_channel *channel,
                       const mcutk_channel *end, int32_t count) {
    for (; channel != end; ++channel) {
        int8_t *to = out++;
        for (int32_t i = 0; i < count; ++i) {
            *to = (int8_t)mcutk_finish(sums[i], channel->multiplier, channel->shift, p->out_zero_point, p->act_min,
                                       p->act_max);
            to += p->out_c;
        }
        sums += 4;
    }
}

void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_conv *p, const mcutk_channel *channel,
                        const mcutk_channel *end, int32_t count) {
    const mcutk_finish_way way = mcutk_finish_way_of(p);
    if (way == MCUTK_FINISH_ANY || (count != 4 && count != 1)) {
        finish_any(sums, out, p, channel, end, count);
    } else if (count == 1) {
        if (way == MCUTK_FINISH_RELU) {
            finish_ones(sums, out, p, channel, end, 1);
        } else {
            finish_ones(sums, out, p, channel, end, 0);
        }
    } else if (way == MCUTK_FINISH_RELU) {
        finish_fours(sums, out, p, channel, end, 1);
    } else {
        finish_fours(sums, out, p, channel, end, 0);
    }
}
