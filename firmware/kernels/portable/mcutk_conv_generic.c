#include "mcutk_conv_generic.h"

#include "mcutk_requant.h"

static int8_t finish(int32_t sum, const mcutk_channel *channel, const mcutk_conv *p) {
    const int32_t total = (int32_t)((uint32_t)sum + (uint32_t)channel->bias);
    return (int8_t)mcutk_finish(total, channel->multiplier, channel->shift, p->out_zero_point, p->act_min, p->act_max);
}

/* Sum over one window for one output channel; taps outside the image read the zero point. */
static int32_t window_sum(const int8_t *in, const int8_t *weights, const mcutk_conv *p, int32_t top, int32_t left) {
    const int32_t in_c = p->in_c;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        const int32_t y = top + ky * p->dilation_h;
        for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
            const int32_t x = left + kx * p->dilation_w;
            if (y >= 0 && y < p->in_h && x >= 0 && x < p->in_w) {
                const int8_t *pixel = in + (y * p->in_w + x) * in_c;
                for (int32_t c = 0; c < in_c; ++c) {
                    sum += pixel[c] * weights[c];
                }
            } else {
                for (int32_t c = 0; c < in_c; ++c) {
                    sum += p->in_zero_point * weights[c];
                }
            }
            weights += in_c;
        }
    }
    return sum;
}

void mcutk_conv_generic(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    const int32_t window = (int32_t)p->kernel_h * p->kernel_w * p->in_c;
    (void)scratch;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const int8_t *weights = p->weights;
            const mcutk_channel *channel = p->channels;
            for (int32_t c = 0; c < p->out_c; ++c) {
                const int32_t sum = window_sum(in, weights, p, y * p->stride_h - p->pad_top, x * p->stride_w - p->pad_left);
                *out++ = finish(sum, channel, p);
                weights += window;
                ++channel;
            }
        }
    }
}

/* Sum over one window of one input channel; weights and image step by their channel counts. */
static int32_t plane_sum(const int8_t *in, const int8_t *weights, const mcutk_conv *p, int32_t top, int32_t left) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        const int32_t y = top + ky * p->dilation_h;
        for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
            const int32_t x = left + kx * p->dilation_w;
            const int inside = y >= 0 && y < p->in_h && x >= 0 && x < p->in_w;
            const int32_t value = inside ? in[(y * p->in_w + x) * p->in_c] : p->in_zero_point;
            sum += value * *weights;
            weights += p->out_c;
        }
    }
    return sum;
}

void mcutk_depthwise_generic(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    (void)scratch;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const int8_t *weights = p->weights;
            const mcutk_channel *channel = p->channels;
            for (int32_t c = 0; c < p->in_c; ++c) {
                for (int32_t m = 0; m < p->depth_multiplier; ++m) {
                    const int32_t sum =
                        plane_sum(in + c, weights++, p, y * p->stride_h - p->pad_top, x * p->stride_w - p->pad_left);
                    *out++ = finish(sum, channel, p);
                    ++channel;
                }
            }
        }
    }
}
