/* mcutk_depthwise_strip_dsp.S in C: the same packing and results, for tests on a host under sanitizers. */
#include "mcutk_depthwise_strip_dsp.h"

#include "mcutk_requant.h"

static int32_t half(uint32_t word, int32_t which) {
    return (int16_t)((word >> (16 * which)) & 0xFFFFu);
}

static int32_t byte(uint32_t word, int32_t which) {
    return (int8_t)((word >> (8 * which)) & 0xFFu);
}

static void build(uint32_t *strip, const int8_t *const *rows, int32_t step, int32_t columns, int32_t channel, int32_t stride) {
    for (int32_t x = 0; x < columns; ++x) {
        for (int32_t c = 0; c < 4; ++c, strip += 2 + stride) {
            for (int32_t i = 0; i < 7 - stride; ++i) {
                const uint32_t value = (uint32_t)rows[i][x * step + channel + c] & 0xFFFFu;
                strip[i >> 1] = (i & 1) != 0 ? (strip[i >> 1] & 0xFFFFu) | value << 16 : value;
            }
        }
    }
}

void mcutk_depthwise_build_s1_dsp(
    uint32_t *strip, const int8_t *const *rows, int32_t step, int32_t columns, int32_t channel) {
    build(strip, rows, step, columns, channel, 1);
}

void mcutk_depthwise_build_s2_dsp(
    uint32_t *strip, const int8_t *const *rows, int32_t step, int32_t columns, int32_t channel) {
    build(strip, rows, step, columns, channel, 2);
}

/* One output: the window whose first column is `strip`, its rows starting at strip row `row`. */
static int8_t output(
    const mcutk_depthwise_strip *r, const uint32_t *strip, int32_t channel, int32_t row, int32_t stride) {
    static const uint8_t place[9] = {0, 1, 4, 2, 3, 6, 7, 10, 11}; /* byte of w[ky][kx] */
    const uint32_t *const w = r->weights + 4 * channel;
    int32_t sum = (int32_t)w[3] / 2;
    for (int32_t i = 0; i < 9; ++i) {
        const uint32_t pair = strip[(i % 3) * 4 * (2 + stride) + ((row + i / 3) >> 1)];
        sum += byte(w[place[i] >> 2], place[i] & 3) * half(pair, (row + i / 3) & 1);
    }
    const int32_t right = (int32_t)((r->right_shifts >> (8 * channel)) & 0xFFu) + 1;
    const int32_t scaled = mcutk_requantize(sum, r->multipliers[channel], -right) + ((r->rounding - 1) >> 1);
    return (int8_t)mcutk_clamp(scaled, -128, 127);
}

static void rows(const mcutk_depthwise_strip *r, int32_t stride) {
    const int32_t column = 4 * (2 + stride) * stride; /* words from output to output */
    for (int32_t c = 0; c < r->channels; ++c) {
        const uint32_t *const first = r->pairs + (2 + stride) * c;
        for (int32_t x = 0; x < r->column_bytes / 4 / column; ++x) {
            const uint32_t *const at = first + x * column;
            int8_t *out = r->out + c + x * r->step;
            out[r->row] = output(r, at, c, stride, stride);
            out[0] = output(r, at, c, 0, stride);
            if (stride == 1 && r->third != 0) {
                out += r->third;
                out[r->fourth] = output(r, at, c, 3, stride);
                out[0] = output(r, at, c, 2, stride);
            }
        }
    }
}

void mcutk_depthwise_strip_s1_relu_dsp(const mcutk_depthwise_strip *r) {
    rows(r, 1);
}

void mcutk_depthwise_strip_s1_linear_dsp(const mcutk_depthwise_strip *r) {
    rows(r, 1);
}

void mcutk_depthwise_strip_s2_relu_dsp(const mcutk_depthwise_strip *r) {
    rows(r, 2);
}

void mcutk_depthwise_strip_s2_linear_dsp(const mcutk_depthwise_strip *r) {
    rows(r, 2);
}
