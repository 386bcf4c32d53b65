#include "mcutk_conv_pairs.h"

#include "mcutk_conv_pairs_multiply.h"
#include "mcutk_finish.h"

#if !defined(__ARM_ARCH_6M__)
/* The upper half of a word of two sums; the one that a negative lower half borrowed from it is added back. */
static inline uint32_t mcutk_conv_pairs_upper(uint32_t word) {
    return (uint32_t)((int32_t)(word + 0x8000u) >> 16);
}

/* Sums of one channel for four pixels. columns: [depth][2] words of two pixels, up to `end`; weights: [depth]. sums[0] holds
 * the bias at entry. */
static void mcutk_conv_pairs_multiply(const uint32_t *columns, const int8_t *weights, const uint32_t *end,
                                      int32_t sums[4]) {
    const uint32_t bias = (uint32_t)sums[0];
    uint32_t words_a = bias * 0x10001u, words_b = words_a;
    uint32_t upper_a = bias, upper_b = bias;
    for (; columns != end; columns += 4) {
        const uint32_t first = (uint32_t)weights[0];
        const uint32_t second = (uint32_t)weights[1];
        const uint32_t a = columns[0] * first + columns[2] * second;
        const uint32_t b = columns[1] * first + columns[3] * second;
        words_a += a;
        words_b += b;
        upper_a += mcutk_conv_pairs_upper(a);
        upper_b += mcutk_conv_pairs_upper(b);
        weights += 2;
    }
    sums[0] = (int32_t)(words_a - (upper_a << 16));
    sums[1] = (int32_t)upper_a;
    sums[2] = (int32_t)(words_b - (upper_b << 16));
    sums[3] = (int32_t)upper_b;
}
#endif

/* `count` bytes `step` apart into every second word: the lower half of an even pixel, the upper half of an odd one. */
static inline uint32_t *mcutk_conv_pairs_spread(uint32_t *column, const int8_t *from, int32_t step, int32_t count, int odd) {
    if (odd) {
        for (; count > 0; --count) {
            *column += (uint32_t)*from << 16;
            from += step;
            column += 2;
        }
    } else {
        for (; count > 0; --count) {
            *column = (uint32_t)*from;
            from += step;
            column += 2;
        }
    }
    return column;
}

/* The window of one output pixel into its half of the columns. */
static void mcutk_conv_pairs_gather(const int8_t *in, uint32_t *column, const mcutk_conv_shape *s, int32_t y, int32_t x,
                                    int odd) {
    const int32_t in_c = s->in_c;
    const int32_t left = x * s->stride_w - s->pad_left;
    const int32_t run = s->kernel_w * in_c;
    int32_t top = y * s->stride_h - s->pad_top;
    for (int32_t ky = 0; ky < s->kernel_h; ++ky) {
        if (top < 0 || top >= s->in_h) {
            column = mcutk_conv_pairs_spread(column, &s->in_zero_point, 0, run, odd);
        } else if (s->dilation_w == 1 && left >= 0 && left + s->kernel_w <= s->in_w) {
            column = mcutk_conv_pairs_spread(column, in + (top * s->in_w + left) * in_c, 1, run, odd);
        } else {
            int32_t at = left;
            for (int32_t kx = 0; kx < s->kernel_w; ++kx) {
                const int inside = at >= 0 && at < s->in_w;
                const int8_t *from = inside ? in + (top * s->in_w + at) * in_c : &s->in_zero_point;
                column = mcutk_conv_pairs_spread(column, from, inside, in_c, odd);
                at += s->dilation_w;
            }
        }
        top += s->dilation_h;
    }
}

void mcutk_conv_pairs_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_pairs *p) {
    const mcutk_conv_shape *const s = &p->shape;
    const mcutk_finish_layer finish = {p->finish, s->out_c, s->out_zero_point, s->act_min, s->act_max};
    uint32_t *const columns = scratch;
    const int32_t steps = (int32_t)s->kernel_h * s->kernel_w * s->in_c;
    const int32_t depth = (steps + MCUTK_CONV_PAIRS_UNROLL - 1) & ~(MCUTK_CONV_PAIRS_UNROLL - 1);
    const int32_t out_c = s->out_c;
    const mcutk_channel *const table = p->channels;
    int32_t left = (int32_t)s->out_h * s->out_w;
    int32_t y = 0;
    int32_t x = 0;
    while (left > 0) {
        const int32_t count = left < 4 ? left : 4;
        for (int32_t i = 0; i < count; ++i) {
            mcutk_conv_pairs_gather(in, columns + (i >> 1), s, y, x, i & 1);
            if (++x == s->out_w) {
                x = 0;
                ++y;
            }
        }
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += MCUTK_BLOCK_CHANNELS) {
            int32_t sums[4 * MCUTK_BLOCK_CHANNELS];
            const int32_t channels = out_c - c < MCUTK_BLOCK_CHANNELS ? out_c - c : MCUTK_BLOCK_CHANNELS;
            for (int32_t i = 0; i < channels; ++i) {
                sums[4 * i] = table[c + i].bias;
                mcutk_conv_pairs_multiply(columns, weights, columns + 2 * depth, sums + 4 * i);
                weights += depth;
            }
            mcutk_finish_block(sums, out + c, &finish, table + c, table + c + channels, count);
        }
        out += count * out_c;
        left -= count;
    }
}
