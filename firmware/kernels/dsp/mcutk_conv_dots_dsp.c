#include "mcutk_conv_dots_dsp.h"

#include "mcutk_dots_dsp.h"
#include "mcutk_requant.h"

/* What is the same for every pixel. */
typedef struct {
    const int8_t *weights;
    const mcutk_channel *channels;
    int32_t depth, out_c;
    int32_t out_zero_point, act_min, act_max;
} mcutk_conv_dots_dsp_job;

/* All channels of one pixel, whose inputs are at `x`. */
static void mcutk_conv_dots_dsp_pixel(const int8_t *x, int8_t *out, const mcutk_conv_dots_dsp_job *job) {
    const int8_t *weights = job->weights;
    const mcutk_channel *channel = job->channels;
    for (int32_t left = job->out_c; left > 0; left -= 4) {
        const mcutk_dots_dsp from = {channel[0].bias, channel[1].bias, channel[2].bias, channel[3].bias};
        const mcutk_dots_dsp s = mcutk_dots_dsp_add(from, x, weights, job->depth);
        const int32_t sums[4] = {s.s0, s.s1, s.s2, s.s3};
        for (int32_t k = 0; k < 4 && k < left; ++k) {
            *out++ = (int8_t)mcutk_finish(sums[k], channel[k].multiplier, channel[k].shift, job->out_zero_point,
                                          job->act_min, job->act_max);
        }
        weights += 16 * ((job->depth + 3) >> 2);
        channel += 4;
    }
}

static int8_t *mcutk_conv_dots_dsp_copy(int8_t *to, const int8_t *from, int32_t count) {
    for (; count >= 4; count -= 4) {
        mcutk_store32(to, mcutk_load32(from));
        to += 4;
        from += 4;
    }
    for (; count > 0; --count) {
        *to++ = *from++;
    }
    return to;
}

/* The window whose first pixel is (top, left); what lies outside the image reads as the zero point. */
static void mcutk_conv_dots_dsp_window(int8_t *window, const int8_t *in, const mcutk_conv_shape *s, int32_t top, int32_t left) {
    const int32_t in_c = s->in_c;
    const int32_t whole_row = s->dilation_w == 1 && left >= 0 && left + s->kernel_w <= s->in_w;
    for (int32_t ky = 0; ky < s->kernel_h; ++ky) {
        const int32_t y = top + ky * s->dilation_h;
        const int32_t inside = y >= 0 && y < s->in_h;
        if (inside && whole_row) {
            window = mcutk_conv_dots_dsp_copy(window, in + (y * s->in_w + left) * in_c, s->kernel_w * in_c);
            continue;
        }
        for (int32_t kx = 0; kx < s->kernel_w; ++kx) {
            const int32_t x = left + kx * s->dilation_w;
            if (inside && x >= 0 && x < s->in_w) {
                window = mcutk_conv_dots_dsp_copy(window, in + (y * s->in_w + x) * in_c, in_c);
                continue;
            }
            for (int32_t c = 0; c < in_c; ++c) {
                *window++ = s->in_zero_point;
            }
        }
    }
}

/* Whether a window's inputs are not adjacent, or not all inside the image. */
static int32_t mcutk_conv_dots_dsp_gathers(const mcutk_conv_shape *s) {
    const int32_t one_pixel = s->kernel_h == 1 && s->kernel_w == 1 && s->pad_top == 0 && s->pad_left == 0;
    return !one_pixel || (s->out_h - 1) * s->stride_h >= s->in_h || (s->out_w - 1) * s->stride_w >= s->in_w;
}

void mcutk_conv_dots_dsp_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_dots_dsp *p) {
    const mcutk_conv_shape *const s = &p->shape;
    const mcutk_conv_dots_dsp_job job = {
        p->weights, p->channels, (int32_t)s->kernel_h * s->kernel_w * s->in_c, s->out_c, s->out_zero_point, s->act_min, s->act_max,
    };
    const int32_t gathered = mcutk_conv_dots_dsp_gathers(s);
    for (int32_t y = 0; y < s->out_h; ++y) {
        const int32_t top = y * s->stride_h - s->pad_top;
        for (int32_t x = 0; x < s->out_w; ++x) {
            const int32_t left = x * s->stride_w - s->pad_left;
            if (gathered) {
                mcutk_conv_dots_dsp_window((int8_t *)scratch, in, s, top, left);
                mcutk_conv_dots_dsp_pixel((const int8_t *)scratch, out, &job);
            } else {
                mcutk_conv_dots_dsp_pixel(in + (top * s->in_w + left) * s->in_c, out, &job);
            }
            out += s->out_c;
        }
    }
}

void mcutk_fc_dots_dsp_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_dots_dsp *p) {
    const mcutk_fc_shape *const s = &p->shape;
    const mcutk_conv_dots_dsp_job job = {
        p->weights, p->channels, s->in_c, s->out_c, s->out_zero_point, s->act_min, s->act_max,
    };
    (void)scratch;
    for (int32_t n = s->rows; n > 0; --n) {
        mcutk_conv_dots_dsp_pixel(in, out, &job);
        in += s->in_c;
        out += s->out_c;
    }
}
