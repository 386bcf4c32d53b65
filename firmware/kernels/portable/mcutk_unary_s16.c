#include "mcutk_unary_s16.h"

#include "mcutk_requant.h"

void mcutk_bent_s16(const int16_t *in, int16_t *out, int32_t count, const mcutk_bent *p) {
    for (int32_t i = 0; i < count; ++i) {
        const int32_t difference = in[i] - p->in_zero_point;
        const int32_t x = p->mirrored && difference < 0 ? -difference : difference;
        const int32_t multiplier = x >= 0 ? p->multiplier : p->negative_multiplier;
        const int32_t shift = x >= 0 ? p->shift : p->negative_shift;
        out[i] = (int16_t)mcutk_finish(x, multiplier, shift, p->out_zero_point, p->low, p->high);
    }
}

/* x * multiplier / 2^shift, rounded. */
static int32_t mcutk_unary_scaled(int32_t x, int32_t multiplier, int32_t shift) {
    const uint32_t half = shift > 0 ? 1u << (shift - 1) : 0u;
    return (int32_t)((uint32_t)(x * multiplier) + half) >> shift;
}

/* Interpolation in the table at size / 2^bits; `above` for a place past its end. */
static uint32_t mcutk_unary_interpolated(uint32_t size, int32_t bits, const uint16_t *table, uint32_t above) {
    const uint32_t place = size >> bits;
    if (place >= 255u) {
        return above << bits;
    }
    const uint32_t low = table[place];
    const uint32_t high = table[place + 1u];
    return (low << bits) + (size & ((1u << bits) - 1u)) * (high - low);
}

void mcutk_logistic_s16(const int16_t *in, int16_t *out, int32_t count, const uint16_t *sigmoid, int32_t multiplier,
                        int32_t shift) {
    for (int32_t i = 0; i < count; ++i) {
        const int32_t x = mcutk_unary_scaled(in[i], multiplier, shift);
        const uint32_t size = (uint32_t)(x < 0 ? -x : x);
        /* 0x7FFF << 10 past the table's end, one bit more than the table's values */
        const uint32_t value = mcutk_unary_interpolated(size, 9, sigmoid, 0xFFFEu);
        const uint32_t mirrored = x >= 0 ? value + (1u << 9) : (1u << 25) - value + (1u << 9) - 1u;
        out[i] = (int16_t)(mirrored >> 10);
    }
}

void mcutk_tanh_s16(const int16_t *in, int16_t *out, int32_t count, const uint16_t *sigmoid, int32_t multiplier,
                    int32_t shift) {
    for (int32_t i = 0; i < count; ++i) {
        const int32_t x = mcutk_unary_scaled(in[i], multiplier, shift);
        const uint32_t size = (uint32_t)(x < 0 ? -x : x);
        const int32_t value = (int32_t)mcutk_unary_interpolated(size, 8, sigmoid, 0xFFFFu);
        const int32_t half = 1 << 23;
        const int32_t mirrored = x >= 0 ? value - half + (1 << 7) : half - value + (1 << 7) - 1;
        out[i] = (int16_t)(mirrored >> 8);
    }
}
