#include "mcutk_conv_generic.h"

#include "mcutk_requant.h"

static int8_t mcutk_conv_generic_finish(int32_t sum, const mcutk_channel *channel, const mcutk_conv_shape *s) {
    const int32_t total = (int32_t)((uint32_t)sum + (uint32_t)channel->bias);
    return (int8_t)mcutk_finish(total, channel->multiplier, channel->shift, s->out_zero_point, s->act_min, s->act_max);
}

/* Sum over one window for one output channel; taps outside the image read the zero point. */
static int32_t mcutk_conv_generic_sum(const int8_t *in, const int8_t *weights, const mcutk_conv_shape *s, int32_t top,
                                      int32_t left) {
    const int32_t in_c = s->in_c;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < s->kernel_h; ++ky) {
        const int32_t y = top + ky * s->dilation_h;
        for (int32_t kx = 0; kx < s->kernel_w; ++kx) {
            const int32_t x = left + kx * s->dilation_w;
            if (y >= 0 && y < s->in_h && x >= 0 && x < s->in_w) {
                const int8_t *pixel = in + (y * s->in_w + x) * in_c;
                for (int32_t c = 0; c < in_c; ++c) {
                    sum += pixel[c] * weights[c];
                }
            } else {
                for (int32_t c = 0; c < in_c; ++c) {
                    sum += s->in_zero_point * weights[c];
                }
            }
            weights += in_c;
        }
    }
    return sum;
}

void mcutk_conv_generic_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_generic *p) {
    const mcutk_conv_shape *const s = &p->shape;
    const int32_t window = (int32_t)s->kernel_h * s->kernel_w * s->in_c;
    (void)scratch;
    for (int32_t y = 0; y < s->out_h; ++y) {
        for (int32_t x = 0; x < s->out_w; ++x) {
            const int32_t top = y * s->stride_h - s->pad_top;
            const int32_t left = x * s->stride_w - s->pad_left;
            const int8_t *weights = p->weights;
            const mcutk_channel *channel = p->channels;
            for (int32_t c = 0; c < s->out_c; ++c) {
                *out++ = mcutk_conv_generic_finish(mcutk_conv_generic_sum(in, weights, s, top, left), channel, s);
                weights += window;
                ++channel;
            }
        }
    }
}

/* Sum over one window of one input channel; weights and image step by their channel counts. */
static int32_t mcutk_depthwise_generic_sum(const int8_t *in, const int8_t *weights, const mcutk_conv_shape *s,
                                           int32_t top, int32_t left) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < s->kernel_h; ++ky) {
        const int32_t y = top + ky * s->dilation_h;
        for (int32_t kx = 0; kx < s->kernel_w; ++kx) {
            const int32_t x = left + kx * s->dilation_w;
            const int inside = y >= 0 && y < s->in_h && x >= 0 && x < s->in_w;
            const int32_t value = inside ? in[(y * s->in_w + x) * s->in_c] : s->in_zero_point;
            sum += value * *weights;
            weights += s->out_c;
        }
    }
    return sum;
}

void mcutk_depthwise_generic_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_generic *p) {
    const mcutk_conv_shape *const s = &p->shape;
    (void)scratch;
    for (int32_t y = 0; y < s->out_h; ++y) {
        for (int32_t x = 0; x < s->out_w; ++x) {
            const int32_t top = y * s->stride_h - s->pad_top;
            const int32_t left = x * s->stride_w - s->pad_left;
            const int8_t *weights = p->weights;
            const mcutk_channel *channel = p->channels;
            for (int32_t c = 0; c < s->in_c; ++c) {
                for (int32_t m = 0; m < p->depth_multiplier; ++m) {
                    const int32_t sum = mcutk_depthwise_generic_sum(in + c, weights++, s, top, left);
                    *out++ = mcutk_conv_generic_finish(sum, channel, s);
                    ++channel;
                }
            }
        }
    }
}
