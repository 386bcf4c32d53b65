/* mcutk_fc_row_dsp.S in C: the same packing and results, for tests on a host under sanitizers. */
#include "mcutk_fc_row_dsp.h"

#include "mcutk_requant.h"

static int32_t product(uint32_t pair, int8_t low, int8_t high) {
    return (int16_t)(pair & 0xFFFFu) * low + (int16_t)(pair >> 16) * high;
}

static uint32_t low_bytes(uint32_t pair) {
    return ((uint32_t)(int8_t)(pair & 0xFFu) & 0xFFFFu) | (uint32_t)(int8_t)((pair >> 16) & 0xFFu) << 16;
}

static void fc_row(const mcutk_fc_row *r, int32_t shared) {
    const uint32_t *weights = r->weights;
    const mcutk_fc_scale_dsp *scale = r->scales;
    int8_t *out = r->out;
    for (int32_t group = 0; group < r->groups; ++group) {
        uint32_t sums[8];
        for (int32_t i = 0; i < 8; ++i) {
            sums[i] = *weights++;
        }
        for (const int8_t *x = r->in; x != r->in_end; x += 4) {
            for (int32_t i = 0; i < 8; ++i, ++weights) {
                const int32_t odd = i >> 2, channel = 2 * (i & 3);
                sums[channel] += (uint32_t)product(*weights, x[odd], x[odd + 2]);
                sums[channel + 1] += (uint32_t)product(low_bytes(*weights), x[odd], x[odd + 2]);
            }
        }
        for (int32_t c = 0; c < 8; ++c, scale += !shared) {
            const int32_t sum = (c & 1) != 0 ? (int32_t)sums[c] : (int32_t)(sums[c] - sums[c + 1]) >> 8;
            const int32_t scaled = mcutk_requantize(sum, scale->multiplier, -1 - (int32_t)scale->right_shift);
            *out++ = (int8_t)mcutk_clamp(scaled + ((r->rounding - 1) >> 1), -128, 127);
        }
    }
}

void mcutk_fc_row_relu_dsp(const mcutk_fc_row *r) {
    fc_row(r, 0);
}

void mcutk_fc_row_linear_dsp(const mcutk_fc_row *r) {
    fc_row(r, 0);
}

void mcutk_fc_row_relu_shared_dsp(const mcutk_fc_row *r) {
    fc_row(r, 1);
}

void mcutk_fc_row_linear_shared_dsp(const mcutk_fc_row *r) {
    fc_row(r, 1);
}
