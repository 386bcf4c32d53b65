#include "mcutk_conv_s16.h"

#include "mcutk_requant.h"

/* Products that a 32-bit sum holds: each is at most 2^22. */
#define MCUTK_CONV_S16_TERMS 256

static int16_t mcutk_conv_s16_finish(int64_t sum, const mcutk_channel_s16 *channel, const mcutk_conv_s16 *p) {
    if (p->wide) {
        const int64_t product = (sum + channel->bias) * channel->multiplier;
        const int64_t rounded = (product + ((int64_t)1 << (channel->shift - 1))) >> channel->shift;
        return (int16_t)mcutk_clamp((int32_t)(uint32_t)rounded, p->act_min, p->act_max);
    }
    const int32_t total = (int32_t)((uint32_t)sum + (uint32_t)channel->bias);
    return (int16_t)mcutk_finish(total, channel->multiplier, channel->shift, 0, p->act_min, p->act_max);
}

static int64_t mcutk_conv_s16_dot(const int16_t *in, const int8_t *weights, int32_t count) {
    int64_t sum = 0;
    while (count > 0) {
        const int32_t terms = count < MCUTK_CONV_S16_TERMS ? count : MCUTK_CONV_S16_TERMS;
        int32_t part = 0;
        int32_t i = 0;
        for (; i + 4 <= terms; i += 4) {
            part += in[i] * weights[i] + in[i + 1] * weights[i + 1];
            part += in[i + 2] * weights[i + 2] + in[i + 3] * weights[i + 3];
        }
        for (; i < terms; ++i) {
            part += in[i] * weights[i];
        }
        sum += part;
        in += terms;
        weights += terms;
        count -= terms;
    }
    return sum;
}

/* Sum over one window for one output channel. Without dilation the taps of a row are adjacent. */
static int64_t mcutk_conv_s16_sum(const int16_t *in, const int8_t *weights, const mcutk_conv_s16 *p, int32_t top,
                                  int32_t left) {
    const int32_t taps = p->dilation_w == 1 ? p->kernel_w : 1; /* in one product */
    int64_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        const int32_t y = top + ky * p->dilation_h;
        if (y < 0 || y >= p->in_h) {
            continue;
        }
        for (int32_t kx = 0; kx < p->kernel_w; kx += taps) {
            const int32_t x = left + kx * p->dilation_w;
            const int32_t first = x < 0 ? -x : 0;
            const int32_t last = x + taps > p->in_w ? p->in_w - x : taps;
            if (first < last) {
                const int8_t *tap = weights + (ky * p->kernel_w + kx + first) * p->in_c;
                sum += mcutk_conv_s16_dot(in + (y * p->in_w + x + first) * p->in_c, tap, (last - first) * p->in_c);
            }
        }
    }
    return sum;
}

void mcutk_convolve_s16(const int16_t *in, int16_t *out, const mcutk_conv_s16 *p) {
    const int32_t window = (int32_t)p->kernel_h * p->kernel_w * p->in_c;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const int32_t top = y * p->stride_h - p->pad_top;
            const int32_t left = x * p->stride_w - p->pad_left;
            for (int32_t c = 0; c < p->out_c; ++c) {
                const int64_t sum = mcutk_conv_s16_sum(in, p->weights + c * window, p, top, left);
                *out++ = mcutk_conv_s16_finish(sum, p->channels + c, p);
            }
        }
    }
}

/* Sum over one window of one input channel. */
static int64_t mcutk_depthwise_s16_sum(const int16_t *in, const int8_t *weights, const mcutk_conv_s16 *p, int32_t top,
                                       int32_t left) {
    int64_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        const int32_t y = top + ky * p->dilation_h;
        for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
            const int32_t x = left + kx * p->dilation_w;
            if (y >= 0 && y < p->in_h && x >= 0 && x < p->in_w) {
                sum += in[(y * p->in_w + x) * p->in_c] * *weights;
            }
            weights += p->out_c;
        }
    }
    return sum;
}

void mcutk_depthwise_s16(const int16_t *in, int16_t *out, const mcutk_conv_s16 *p) {
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const int32_t top = y * p->stride_h - p->pad_top;
            const int32_t left = x * p->stride_w - p->pad_left;
            for (int32_t c = 0; c < p->out_c; ++c) {
                const int16_t *channel = in + c / p->depth_multiplier;
                const int64_t sum = mcutk_depthwise_s16_sum(channel, p->weights + c, p, top, left);
                *out++ = mcutk_conv_s16_finish(sum, p->channels + c, p);
            }
        }
    }
}

/* Sum for one output: of the input pixels whose distance from it is a multiple of the stride. */
static int64_t mcutk_transpose_conv_s16_sum(const int16_t *in, const int8_t *weights, const mcutk_conv_s16 *p, int32_t y,
                                            int32_t x) {
    int64_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        const int32_t down = y + p->pad_top - ky;
        if (down < 0 || down % p->stride_h != 0 || down / p->stride_h >= p->in_h) {
            continue;
        }
        for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
            const int32_t across = x + p->pad_left - kx;
            if (across >= 0 && across % p->stride_w == 0 && across / p->stride_w < p->in_w) {
                const int32_t pixel = down / p->stride_h * p->in_w + across / p->stride_w;
                const int8_t *tap = weights + (ky * p->kernel_w + kx) * p->in_c;
                sum += mcutk_conv_s16_dot(in + pixel * p->in_c, tap, p->in_c);
            }
        }
    }
    return sum;
}

void mcutk_transpose_conv_s16(const int16_t *in, int16_t *out, const mcutk_conv_s16 *p) {
    const int32_t window = (int32_t)p->kernel_h * p->kernel_w * p->in_c;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            for (int32_t c = 0; c < p->out_c; ++c) {
                const int64_t sum = mcutk_transpose_conv_s16_sum(in, p->weights + c * window, p, y, x);
                *out++ = mcutk_conv_s16_finish(sum, p->channels + c, p);
            }
        }
    }
}
