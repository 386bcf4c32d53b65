#include "mcutk_depthwise_any_dsp.h"

#include "mcutk_requant.h"
#include "mcutk_taps_dsp.h"

/* Channels that are computed together. */
#define GROUP 4

/* A pixel's channels once its taps are known. `rest` is the block of the last channels where in_c is not a multiple of
 * four: it reads back into the channels before, for nothing is read past a pixel. */
typedef void finish_fn(const mcutk_conv *p, mcutk_taps *whole, mcutk_taps *rest, int8_t *out);

static inline void finish(const mcutk_conv *p, mcutk_taps *whole, mcutk_taps *rest, int8_t *out, mcutk_taps_fn *sum) {
    const int32_t first = p->in_c & ~(GROUP - 1);
    whole->out = out;
    sum(whole);
    if (first != p->in_c) {
        int8_t last[GROUP];
        rest->out = last;
        sum(rest);
        for (int32_t c = first; c < p->in_c; ++c) {
            out[c] = last[c - (p->in_c - GROUP)];
        }
    }
}

static void finish_relu(const mcutk_conv *p, mcutk_taps *whole, mcutk_taps *rest, int8_t *out) {
    finish(p, whole, rest, out, mcutk_taps_relu_dsp);
}

static void finish_linear(const mcutk_conv *p, mcutk_taps *whole, mcutk_taps *rest, int8_t *out) {
    finish(p, whole, rest, out, mcutk_taps_linear_dsp);
}

static void finish_any(const mcutk_conv *p, mcutk_taps *whole, mcutk_taps *rest, int8_t *out) {
    const mcutk_channel *channel = p->channels;
    mcutk_taps group = *whole;
    int32_t c = 0;
    while (c < p->in_c) {
        int32_t sums[GROUP];
        if (c + GROUP > p->in_c) {
            group = *rest;
        }
        group.channel_end = group.channel + GROUP;
        group.out = sums;
        mcutk_taps_raw_dsp(&group);
        for (; c < group.channel_end; ++c, ++channel) {
            const int32_t sum = sums[c - group.channel];
            out[c] = (int8_t)mcutk_finish(
                sum, channel->multiplier, channel->shift, p->out_zero_point, p->act_min, p->act_max);
        }
        group.channel += GROUP;
        group.weights += GROUP + (group.taps_end - group.taps);
    }
}

/* Where the taps of a window are; outside the image they read `padding`. */
static void find_taps(const int8_t **tap, const int8_t *in, const int8_t *padding, const mcutk_conv *p, int32_t y,
                      int32_t x) {
    for (int32_t ky = 0; ky < p->kernel_h; ++ky, y += p->dilation_h) {
        const int8_t *row = y >= 0 && y < p->in_h ? in + y * p->in_w * p->in_c : (const int8_t *)0;
        int32_t at = x;
        for (int32_t kx = 0; kx < p->kernel_w; ++kx, at += p->dilation_w) {
            *tap++ = row != (const int8_t *)0 && at >= 0 && at < p->in_w ? row + at * p->in_c : padding;
        }
    }
}

static inline void depthwise(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, finish_fn *finish_pixel) {
    const int32_t taps = (p->kernel_h * p->kernel_w + 1) & ~1, channels = p->in_c, groups = channels / GROUP;
    const uintptr_t last = sizeof(void *) - 1; /* a host wants more than the 4 bytes that scratch is aligned to */
    const int8_t **const tap = (const int8_t **)(((uintptr_t)scratch + last) & ~last);
    int8_t *const padding = (int8_t *)(tap + taps);
    const uint32_t *const table = (const void *)p->channels;
    mcutk_taps whole = {tap, tap + taps, p->weights, table, 0, groups * GROUP, 0, 2 * p->out_zero_point + 1};
    mcutk_taps rest = whole;
    rest.weights += groups * (GROUP + taps);
    rest.table += groups * (1 + GROUP);
    rest.channel = channels - GROUP;
    rest.channel_end = channels;
    for (int32_t c = 0; c < channels; ++c) {
        padding[c] = p->in_zero_point;
    }
    tap[taps - 1] = padding;
    for (int32_t oy = 0; oy < p->out_h; ++oy) {
        for (int32_t ox = 0; ox < p->out_w; ++ox, out += channels) {
            find_taps(tap, in, padding, p, oy * p->stride_h - p->pad_top, ox * p->stride_w - p->pad_left);
            finish_pixel(p, &whole, &rest, out);
        }
    }
}

void mcutk_depthwise_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, finish_relu);
}

void mcutk_depthwise_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, finish_linear);
}

void mcutk_depthwise_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, finish_any);
}
