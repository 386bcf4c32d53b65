#include "mcutk_conv_quad.h"

#include "mcutk_columns.h"
#include "mcutk_finish.h"

/* One step along the depth: two weights, four pixels, eight products. */
#define STEP(i)                                                                                                        \
    do {                                                                                                               \
        const int32_t wa = weights[2 * (i)];                                                                           \
        const int32_t wb = weights[2 * (i) + 1];                                                                       \
        int32_t x = columns[4 * (i)];                                                                                  \
        a0 += x * wa;                                                                                                  \
        b0 += x * wb;                                                                                                  \
        x = columns[4 * (i) + 1];                                                                                      \
        a1 += x * wa;                                                                                                  \
        b1 += x * wb;                                                                                                  \
        x = columns[4 * (i) + 2];                                                                                      \
        a2 += x * wa;                                                                                                  \
        b2 += x * wb;                                                                                                  \
        x = columns[4 * (i) + 3];                                                                                      \
        a3 += x * wa;                                                                                                  \
        b3 += x * wb;                                                                                                  \
    } while (0)

#define FOUR_STEPS(i)                                                                                                  \
    do {                                                                                                               \
        STEP(i);                                                                                                       \
        STEP((i) + 1);                                                                                                 \
        STEP((i) + 2);                                                                                                 \
        STEP((i) + 3);                                                                                                 \
    } while (0)

/* Sums of two channels for four pixels, the biases included. */
static void mcutk_conv_quad_multiply(const int8_t *columns, const int8_t *weights, int32_t depth,
                                     const mcutk_channel *channel, int32_t sums[8]) {
    int32_t a0 = channel[0].bias, a1 = a0, a2 = a0, a3 = a0;
    int32_t b0 = channel[1].bias, b1 = b0, b2 = b0, b3 = b0;
    const int8_t *end = columns + 4 * (depth & ~7);
    while (columns != end) {
        FOUR_STEPS(0);
        FOUR_STEPS(4);
        columns += 32;
        weights += 16;
    }
    if (depth & 4) {
        FOUR_STEPS(0);
    }
    sums[0] = a0;
    sums[1] = a1;
    sums[2] = a2;
    sums[3] = a3;
    sums[4] = b0;
    sums[5] = b1;
    sums[6] = b2;
    sums[7] = b3;
}

/* The same for one pixel, where a block of four would be mostly waste. */
static void mcutk_conv_quad_multiply_one(const int8_t *columns, const int8_t *weights, int32_t depth,
                                         const mcutk_channel *channel, int32_t sums[8]) {
    int32_t a = channel[0].bias;
    int32_t b = channel[1].bias;
    for (const int8_t *end = columns + 4 * depth; columns != end; columns += 8) {
        int32_t x = columns[0];
        a += x * weights[0];
        b += x * weights[1];
        x = columns[4];
        a += x * weights[2];
        b += x * weights[3];
        weights += 4;
    }
    sums[0] = a;
    sums[4] = b;
}

/* The sums of `channels` channels for the `count` pixels of a block. Returns the end of their weights. */
static const int8_t *mcutk_conv_quad_sums(const int8_t *columns, const int8_t *weights, int32_t depth,
                                          const mcutk_channel *channel, int32_t channels, int32_t count, int32_t *sums) {
    for (int32_t i = 0; i < channels; i += 2) {
        if (count > 2) {
            mcutk_conv_quad_multiply(columns, weights, depth, channel + i, sums + 4 * i);
        } else {
            for (int32_t pixel = 0; pixel < count; ++pixel) {
                mcutk_conv_quad_multiply_one(columns + pixel, weights, depth, channel + i, sums + 4 * i + pixel);
            }
        }
        weights += 2 * depth;
    }
    return weights;
}

void mcutk_conv_quad_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_quad *p) {
    const mcutk_conv_shape *const s = &p->shape;
    const mcutk_finish_layer finish = {p->finish, s->out_c, s->out_zero_point, s->act_min, s->act_max};
    int8_t *const columns = scratch;
    const int32_t depth = ((int32_t)s->kernel_h * s->kernel_w * s->in_c + 3) & ~3;
    const int32_t out_c = s->out_c;
    const mcutk_channel *const table = p->channels;
    int32_t left = (int32_t)s->out_h * s->out_w;
    int32_t y = 0;
    int32_t x = 0;
    while (left > 0) {
        const int32_t count = left < 4 ? left : 4;
        for (int32_t i = 0; i < count; ++i) {
            mcutk_gather_column(in, columns + i, s, y, x);
            if (++x == s->out_w) {
                x = 0;
                ++y;
            }
        }
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += MCUTK_BLOCK_CHANNELS) {
            int32_t sums[MCUTK_BLOCK_CHANNELS * 4];
            const int32_t channels = out_c - c < MCUTK_BLOCK_CHANNELS ? out_c - c : MCUTK_BLOCK_CHANNELS;
            weights = mcutk_conv_quad_sums(columns, weights, depth, table + c, channels, count, sums);
            mcutk_finish_block(sums, out + c, &finish, table + c, table + c + channels, count);
        }
        out += count * out_c;
        left -= count;
    }
}
