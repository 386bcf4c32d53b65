#include "mcutk_softmax_s16.h"

#include "mcutk_requant.h"

/* Nine bits of the value choose the step of the table, seven interpolate. */
static int32_t mcutk_softmax_looked_up(int32_t value, const int16_t *table) {
    const int32_t limited = mcutk_clamp(value, INT16_MIN, INT16_MAX);
    const int16_t *step = table + 256 + (limited >> 7);
    return step[0] + (((step[1] - step[0]) * (limited & 0x7F) + 64) >> 7);
}

static int32_t mcutk_softmax_leading_zeros(uint32_t x) {
    int32_t zeros = 0;
    while ((x & 0x80000000u) == 0u) {
        x <<= 1;
        ++zeros;
    }
    return zeros;
}

static void mcutk_softmax_wide_row(const int16_t *in, int16_t *out, const mcutk_softmax_wide *p) {
    int32_t highest = INT16_MIN;
    int32_t sum = 0; /* Q16.15, not 0: the exponential of the highest input is 32767 */
    for (int32_t c = 0; c < p->depth; ++c) {
        highest = in[c] > highest ? in[c] : highest;
    }
    for (int32_t c = 0; c < p->depth; ++c) {
        const int32_t scaled = mcutk_requantize(in[c] - highest, p->multiplier, p->shift);
        const int32_t exponential = mcutk_softmax_looked_up(scaled + INT16_MAX, p->exponentials);
        out[c] = (int16_t)exponential;
        sum += exponential;
    }
    const int32_t headroom = mcutk_softmax_leading_zeros((uint32_t)sum);
    const int32_t shifted = (int32_t)((((int64_t)sum << (headroom - 1)) + (1 << 13)) >> 14);
    const int32_t scale = mcutk_softmax_looked_up(shifted - (1 << 15) - (1 << 16), p->reciprocals);
    const int32_t right = 31 - headroom;
    for (int32_t c = 0; c < p->depth; ++c) {
        const int64_t product = (int64_t)out[c] * scale + ((int64_t)1 << (right - 1));
        out[c] = (int16_t)mcutk_clamp((int32_t)(product >> right), 0, INT16_MAX);
    }
}

void mcutk_softmax_s16(const int16_t *in, int16_t *out, const mcutk_softmax_wide *p) {
    for (int32_t row = 0; row < p->rows; ++row) {
        mcutk_softmax_wide_row(in, out, p);
        in += p->depth;
        out += p->depth;
    }
}
