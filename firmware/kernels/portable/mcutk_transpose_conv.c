#include "mcutk_transpose_conv.h"

#include "mcutk_requant.h"

/* Input row (or column) that tap `k` of an output row multiplies, or -1 for none. `from` is the output row + padding. */
static int32_t mcutk_transpose_conv_source(int32_t from, int32_t k, int32_t stride, int32_t size) {
    const int32_t distance = from - k;
    if (distance < 0 || distance % stride != 0 || distance / stride >= size) {
        return -1;
    }
    return distance / stride;
}

static int32_t mcutk_transpose_conv_dot(const int8_t *in, const int8_t *weights, int32_t count, int32_t zero_point) {
    int32_t sum = 0;
    for (int32_t c = 0; c < count; ++c) {
        sum += (in[c] - zero_point) * weights[c];
    }
    return sum;
}

/* Sum of products of one output; `weights` are those of its channel. */
static uint32_t mcutk_transpose_conv_sum(const int8_t *in, const int8_t *weights, const mcutk_transpose_conv *p,
                                         int32_t y, int32_t x) {
    uint32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        const int32_t row = mcutk_transpose_conv_source(y + p->pad_top, ky, p->stride_h, p->in_h);
        for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
            const int32_t column = mcutk_transpose_conv_source(x + p->pad_left, kx, p->stride_w, p->in_w);
            if (row >= 0 && column >= 0) {
                const int8_t *pixel = in + (row * p->in_w + column) * p->in_c;
                sum += (uint32_t)mcutk_transpose_conv_dot(pixel, weights, p->in_c, p->in_zero_point);
            }
            weights += p->in_c;
        }
    }
    return sum;
}

void mcutk_transpose_conv_s8(const int8_t *in, int8_t *out, const mcutk_transpose_conv *p) {
    const int32_t window = (int32_t)p->kernel_h * p->kernel_w * p->in_c;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const int8_t *weights = p->weights;
            for (int32_t c = 0; c < p->out_c; ++c) {
                const mcutk_channel *channel = p->channels + c;
                const uint32_t products = mcutk_transpose_conv_sum(in, weights, p, y, x);
                const int32_t sum = (int32_t)(products + (uint32_t)channel->bias);
                *out++ = (int8_t)mcutk_finish(sum, channel->multiplier, channel->shift, p->out_zero_point, p->act_min,
                                              p->act_max);
                weights += window;
            }
        }
    }
}
