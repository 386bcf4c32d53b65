#include "mcutk_finish.h"

#include "mcutk_requant.h"

/* round(x * multiplier / 2^31), halves up, for |x| < 2^30.
 *
 * Without a long multiplication, in 16-bit halves: x = xh * 2^16 + xl with a signed xl, the multiplier with an unsigned ml.
 * The sum of the middle terms stays in int32, and the bits below 2^16 cannot change the result. */
#if defined(__ARM_ARCH_6M__) && defined(__GNUC__)
static inline int32_t mcutk_finish_high_mul(int32_t x, int32_t multiplier) {
    int32_t xl, ml, middle;
    /* GCC 12 takes 29 instructions for these 18. Not in a .S file, because a call would cost more than it saves. */
    __asm__(".syntax unified\n"
            "sxth %[xl], %[xh]\n"
            "subs %[xh], %[xh], %[xl]\n"
            "asrs %[xh], %[xh], #16\n"
            "uxth %[ml], %[mh]\n"
            "lsrs %[mh], %[mh], #16\n"
            "movs %[middle], %[xl]\n"
            "muls %[middle], %[ml], %[middle]\n"
            "asrs %[middle], %[middle], #16\n"
            "muls %[ml], %[xh], %[ml]\n"
            "adds %[middle], %[middle], %[ml]\n"
            "muls %[xl], %[mh], %[xl]\n"
            "adds %[middle], %[middle], %[xl]\n"
            "asrs %[middle], %[middle], #14\n"
            "adds %[middle], #1\n"
            "asrs %[middle], %[middle], #1\n"
            "muls %[xh], %[mh], %[xh]\n"
            "lsls %[xh], %[xh], #1\n"
            "adds %[xh], %[xh], %[middle]\n"
            : [xh] "+l"(x), [mh] "+l"(multiplier), [xl] "=&l"(xl), [ml] "=&l"(ml), [middle] "=&l"(middle)
            :
            : "cc");
    return x;
}
#elif defined(MCUTK_NO_LONG_MULTIPLY)
static inline int32_t mcutk_finish_high_mul(int32_t x, int32_t multiplier) {
    const int32_t xl = (int16_t)x;
    const int32_t xh = (x - xl) >> 16;
    const int32_t ml = (uint16_t)multiplier;
    const int32_t mh = multiplier >> 16;
    const int32_t middle = xh * ml + xl * mh + ((xl * ml) >> 16);
    return xh * mh * 2 + (((middle >> 14) + 1) >> 1);
}
#else
static inline int32_t mcutk_finish_high_mul(int32_t x, int32_t multiplier) {
    /* 2 * x fits, and its product's high word rounds by the low word's top bit. */
    const int64_t product = (int64_t)(2 * x) * multiplier;
    return (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
}
#endif

/* One output for LINEAR and RELU. `offset` is rounding and output zero point in one: (2 * zero_point + 1) << shift. */
static inline int8_t mcutk_finish_one(int32_t sum, int32_t multiplier, int32_t shift, int32_t offset, int relu) {
    int32_t high = mcutk_finish_high_mul(sum, multiplier);
    if (!relu) {
        high += high >> 31;
    }
    return (int8_t)mcutk_halve_and_saturate_8((high + offset) >> shift);
}

static inline int32_t mcutk_finish_offset(int32_t zero_point, int32_t shift) {
    return (int32_t)((uint32_t)(2 * zero_point + 1) << shift);
}

/* Four pixels. */
static inline void mcutk_finish_fours(const int32_t *sums, int8_t *out, const mcutk_finish_layer *layer,
                                      const mcutk_channel *channel, const mcutk_channel *end, int relu) {
    const int32_t step = layer->out_c;
    const int32_t zero_point = layer->out_zero_point;
    for (; channel != end; ++channel) {
        const int32_t multiplier = channel->multiplier;
        const int32_t shift = channel->shift;
        const int32_t offset = mcutk_finish_offset(zero_point, shift);
        int8_t *to = out++;
        *to = mcutk_finish_one(sums[0], multiplier, shift, offset, relu);
        to += step;
        *to = mcutk_finish_one(sums[1], multiplier, shift, offset, relu);
        to += step;
        *to = mcutk_finish_one(sums[2], multiplier, shift, offset, relu);
        to[step] = mcutk_finish_one(sums[3], multiplier, shift, offset, relu);
        sums += 4;
    }
}

/* One pixel. */
static inline void mcutk_finish_ones(const int32_t *sums, int8_t *out, const mcutk_finish_layer *layer,
                                     const mcutk_channel *channel, const mcutk_channel *end, int relu) {
    const int32_t zero_point = layer->out_zero_point;
    for (; channel != end; ++channel) {
        const int32_t shift = channel->shift;
        *out++ = mcutk_finish_one(*sums, channel->multiplier, shift, mcutk_finish_offset(zero_point, shift), relu);
        sums += 4;
    }
}

/* Two or three pixels, LINEAR or RELU: rounding as LINEAR does is right for both. */
static void mcutk_finish_few(const int32_t *sums, int8_t *out, const mcutk_finish_layer *layer,
                             const mcutk_channel *channel, const mcutk_channel *end, int32_t count) {
    for (; channel != end; ++channel) {
        const int32_t offset = mcutk_finish_offset(layer->out_zero_point, channel->shift);
        int8_t *to = out++;
        for (int32_t i = 0; i < count; ++i) {
            *to = mcutk_finish_one(sums[i], channel->multiplier, channel->shift, offset, 0);
            to += layer->out_c;
        }
        sums += 4;
    }
}

/* Any number of pixels, any shift, any range. */
static void mcutk_finish_any(const int32_t *sums, int8_t *out, const mcutk_finish_layer *layer,
                             const mcutk_channel *channel, const mcutk_channel *end, int32_t count) {
    for (; channel != end; ++channel) {
        int8_t *to = out++;
        for (int32_t i = 0; i < count; ++i) {
            *to = (int8_t)mcutk_finish(sums[i], channel->multiplier, channel->shift, layer->out_zero_point,
                                       layer->act_min, layer->act_max);
            to += layer->out_c;
        }
        sums += 4;
    }
}

void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_finish_layer *layer, const mcutk_channel *channel,
                        const mcutk_channel *end, int32_t count) {
    const mcutk_finish_way way = layer->way;
    if (way == MCUTK_FINISH_ANY) {
        mcutk_finish_any(sums, out, layer, channel, end, count);
    } else if (count == 4) {
        if (way == MCUTK_FINISH_RELU) {
            mcutk_finish_fours(sums, out, layer, channel, end, 1);
        } else {
            mcutk_finish_fours(sums, out, layer, channel, end, 0);
        }
    } else if (count == 1) {
        if (way == MCUTK_FINISH_RELU) {
            mcutk_finish_ones(sums, out, layer, channel, end, 1);
        } else {
            mcutk_finish_ones(sums, out, layer, channel, end, 0);
        }
    } else {
        mcutk_finish_few(sums, out, layer, channel, end, count);
    }
}
