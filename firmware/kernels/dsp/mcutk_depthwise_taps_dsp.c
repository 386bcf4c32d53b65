#include "mcutk_depthwise_taps_dsp.h"

#include "mcutk_requant.h"
#include "mcutk_taps_dsp.h"

/* A layer while it runs. */
typedef struct {
    const int8_t **tap;  /* [taps], the window of a pixel */
    int8_t *padding;     /* [channels] of in_zero_point: a pixel outside the image */
    mcutk_taps whole;    /* the full groups of channels */
    mcutk_taps rest;     /* the last four channels; used where in_c is not a multiple of 4 */
} mcutk_depthwise_taps_dsp_layer;

/* Everything but scales and rounding. */
static inline void mcutk_depthwise_taps_dsp_begin(
    mcutk_depthwise_taps_dsp_layer *l, void *scratch, const mcutk_conv_shape *s, const uint32_t *weights) {
    const int32_t taps = (s->kernel_h * s->kernel_w + 1) & ~1, channels = s->in_c, groups = channels / MCUTK_GROUP;
    const uintptr_t last = sizeof(void *) - 1; /* pointers of a host need more than the 4-byte alignment of scratch */
    l->tap = (const int8_t **)(((uintptr_t)scratch + last) & ~last);
    l->padding = (int8_t *)(l->tap + taps);
    for (int32_t c = 0; c < channels; ++c) {
        l->padding[c] = s->in_zero_point;
    }
    l->tap[taps - 1] = l->padding; /* its weights are zero where the number of taps is odd */
    l->whole.taps = l->tap;
    l->whole.taps_end = l->tap + taps;
    l->whole.weights = weights;
    l->whole.channel = 0;
    l->whole.channel_end = groups * MCUTK_GROUP;
    l->rest = l->whole;
    l->rest.weights += groups * (MCUTK_GROUP + taps);
    l->rest.channel = channels - MCUTK_GROUP;
    l->rest.channel_end = channels;
}

/* The taps of the window whose first row and column are y and x. */
static void mcutk_depthwise_taps_dsp_find(
    const mcutk_depthwise_taps_dsp_layer *l, const int8_t *in, const mcutk_conv_shape *s, int32_t y, int32_t x) {
    const int8_t **tap = l->tap;
    for (int32_t ky = 0; ky < s->kernel_h; ++ky, y += s->dilation_h) {
        const int8_t *row = y >= 0 && y < s->in_h ? in + y * s->in_w * s->in_c : NULL;
        int32_t at = x;
        for (int32_t kx = 0; kx < s->kernel_w; ++kx, at += s->dilation_w) {
            *tap++ = row != NULL && at >= 0 && at < s->in_w ? row + at * s->in_c : l->padding;
        }
    }
}

/* A pixel's channels once its taps are known. */
static inline void mcutk_depthwise_taps_dsp_pixel(
    const mcutk_depthwise_taps_dsp_layer *l, int8_t *out, int32_t channels, mcutk_taps_fn *multiply) {
    const int32_t first = channels & ~(MCUTK_GROUP - 1);
    multiply(&l->whole, out);
    if (first != channels) {
        int8_t last[MCUTK_GROUP];
        multiply(&l->rest, last);
        for (int32_t c = first; c < channels; ++c) {
            out[c] = last[c - (channels - MCUTK_GROUP)];
        }
    }
}

static inline void mcutk_depthwise_taps_dsp_run(
    const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_taps_dsp *p, mcutk_taps_fn *multiply) {
    const mcutk_conv_shape *const s = &p->shape;
    mcutk_depthwise_taps_dsp_layer l;
    mcutk_depthwise_taps_dsp_begin(&l, scratch, s, p->weights);
    l.whole.scales = p->scales;
    l.rest.scales = p->scales + s->in_c / MCUTK_GROUP;
    l.whole.rounding = 2 * s->out_zero_point + 1;
    l.rest.rounding = l.whole.rounding;
    for (int32_t oy = 0; oy < s->out_h; ++oy) {
        for (int32_t ox = 0; ox < s->out_w; ++ox, out += s->in_c) {
            mcutk_depthwise_taps_dsp_find(&l, in, s, oy * s->stride_h - s->pad_top, ox * s->stride_w - s->pad_left);
            mcutk_depthwise_taps_dsp_pixel(&l, out, s->in_c, multiply);
        }
    }
}

void mcutk_depthwise_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_taps_dsp *p) {
    mcutk_depthwise_taps_dsp_run(in, out, scratch, p, mcutk_taps_relu_dsp);
}

void mcutk_depthwise_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_taps_dsp *p) {
    mcutk_depthwise_taps_dsp_run(in, out, scratch, p, mcutk_taps_linear_dsp);
}

static void mcutk_depthwise_taps_dsp_pixel_any(
    const mcutk_depthwise_taps_dsp_layer *l, int8_t *out, const mcutk_depthwise_taps_any_dsp *p) {
    const mcutk_conv_shape *const s = &p->shape;
    const mcutk_scale_dsp *scale = p->scales;
    mcutk_taps group = l->whole;
    int32_t c = 0;
    while (c < s->in_c) {
        int32_t sums[MCUTK_GROUP];
        if (c + MCUTK_GROUP > s->in_c) {
            group = l->rest;
        }
        group.channel_end = group.channel + MCUTK_GROUP;
        mcutk_taps_raw_dsp(&group, sums);
        for (; c < group.channel_end; ++c, ++scale) {
            const int32_t sum = sums[c - group.channel];
            out[c] = (int8_t)mcutk_finish(
                sum, scale->multiplier, scale->shift, s->out_zero_point, s->act_min, s->act_max);
        }
        group.channel += MCUTK_GROUP;
        group.weights += MCUTK_GROUP + (group.taps_end - group.taps);
    }
}

void mcutk_depthwise_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_taps_any_dsp *p) {
    const mcutk_conv_shape *const s = &p->shape;
    mcutk_depthwise_taps_dsp_layer l;
    l.whole.scales = NULL;
    l.whole.rounding = 0;
    mcutk_depthwise_taps_dsp_begin(&l, scratch, s, p->weights);
    for (int32_t oy = 0; oy < s->out_h; ++oy) {
        for (int32_t ox = 0; ox < s->out_w; ++ox, out += s->in_c) {
            mcutk_depthwise_taps_dsp_find(&l, in, s, oy * s->stride_h - s->pad_top, ox * s->stride_w - s->pad_left);
            mcutk_depthwise_taps_dsp_pixel_any(&l, out, p);
        }
    }
}
