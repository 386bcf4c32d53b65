/* mcutk_taps_dsp.S in C: the same packing and results, for tests on a host under sanitizers. */
#include "mcutk_taps_dsp.h"

#include "mcutk_requant.h"

/* Returns the weights of the next group. */
static const uint32_t *group_sums(const mcutk_taps *t, int32_t channel, const uint32_t *weights, int32_t sums[4]) {
    for (int32_t c = 0; c < 4; ++c) {
        sums[c] = (int32_t)*weights++;
    }
    for (const int8_t *const *tap = t->taps; tap != t->taps_end; tap += 2, weights += 2) {
        for (int32_t c = 0; c < 4; ++c) {
            const uint32_t word = weights[c >> 1] >> (8 * (c & 1));
            sums[c] += (int8_t)(word & 0xFFu) * tap[0][channel + c];
            sums[c] += (int8_t)((word >> 16) & 0xFFu) * tap[1][channel + c];
        }
    }
    return weights;
}

void mcutk_taps_raw_dsp(const mcutk_taps *t, int32_t *sums) {
    const uint32_t *weights = t->weights;
    for (int32_t channel = t->channel; channel != t->channel_end; channel += 4, sums += 4) {
        weights = group_sums(t, channel, weights, sums);
    }
}

void mcutk_taps_linear_dsp(const mcutk_taps *t, int8_t *out) {
    const uint32_t *weights = t->weights;
    const mcutk_scales_dsp *scales = t->scales;
    for (int32_t channel = t->channel; channel != t->channel_end; channel += 4, ++scales) {
        int32_t sums[4];
        weights = group_sums(t, channel, weights, sums);
        for (int32_t c = 0; c < 4; ++c) {
            const int32_t right = (int32_t)((scales->right_shifts >> (8 * c)) & 0xFFu) + 1;
            const int32_t scaled = mcutk_requantize(sums[c], scales->multipliers[c], -right) + ((t->rounding - 1) >> 1);
            *out++ = (int8_t)mcutk_clamp(scaled, -128, 127);
        }
    }
}

void mcutk_taps_relu_dsp(const mcutk_taps *t, int8_t *out) {
    mcutk_taps_linear_dsp(t, out);
}
