#include "mcutk_depthwise_rows_dsp.h"

#include "mcutk_depthwise_strip_dsp.h"

/* Input rows of a strip, at most. */
#define MAX_ROWS 5

static void mcutk_depthwise_rows_dsp_fill(uint32_t *to, const uint32_t *end, uint32_t value) {
    while (to < end) {
        *to++ = value;
    }
}

/* Puts the zero point in place of strip row `row`, which lies outside the image. */
static void mcutk_depthwise_rows_dsp_blank(
    uint32_t *strip, int32_t row, int32_t stride, int32_t columns, uint32_t zero) {
    const uint32_t mask = (row & 1) != 0 ? 0xFFFF0000u : 0x0000FFFFu;
    uint32_t *at = strip + (row >> 1);
    for (int32_t n = columns * MCUTK_GROUP; n > 0; --n, at += 2 * stride) {
        *at = (*at & ~mask) | (zero & mask);
    }
}

/* The input rows under output row oy. Returns a bit for each that lies outside the image; its pointer is that of the
 * nearest row of the image. */
static uint32_t mcutk_depthwise_rows_dsp_find(
    const int8_t **row, const int8_t *in, const mcutk_depthwise_rows_dsp *p, int32_t oy, int32_t stride) {
    uint32_t outside = 0;
    int32_t y = oy * stride - p->pad_top;
    for (int32_t i = 0; i < 3 + stride; ++i, ++y) {
        const int32_t inside = y < 0 ? 0 : y < p->in_h ? y : p->in_h - 1;
        outside |= (uint32_t)(inside != y) << i;
        row[i] = in + inside * p->in_w * p->channels;
    }
    return outside;
}

static inline void mcutk_depthwise_rows_dsp_run(
    const int8_t *in, int8_t *out, uint32_t *strip, const mcutk_depthwise_rows_dsp *p, int32_t stride,
    mcutk_depthwise_build_fn *build, mcutk_depthwise_strip_fn *multiply) {
    const int32_t channels = p->channels, column = MCUTK_GROUP * 2 * stride; /* words */
    const int32_t wide = (p->out_w - 1) * stride + 3;
    const int32_t inside = p->in_w < wide - p->pad_left ? p->in_w : wide - p->pad_left;
    const uint32_t half = (uint32_t)p->in_zero_point & 0xFFFFu, zero = half | half << 16;
    uint32_t *const first = strip + p->pad_left * column;
    mcutk_depthwise_strip s = {
        .step = channels, .column_bytes = 4 * p->out_w * column * stride, .rounding = 2 * p->out_zero_point + 1};
    mcutk_depthwise_rows_dsp_fill(strip, first, zero);
    mcutk_depthwise_rows_dsp_fill(first + inside * column, strip + wide * column, zero);
    for (int32_t oy = 0; oy < p->out_h; oy += 2, out += 2 * p->out_w * channels) {
        const int8_t *row[MAX_ROWS];
        const mcutk_scales_dsp *scales = p->scales;
        const uint32_t outside = mcutk_depthwise_rows_dsp_find(row, in, p, oy, stride);
        s.weights = p->weights;
        s.row = oy + 1 < p->out_h ? p->out_w * channels : 0;
        s.channels = MCUTK_GROUP;
        for (int32_t c = 0; c < channels; c += MCUTK_GROUP, ++scales, s.weights += 4 * MCUTK_GROUP) {
            s.pairs = strip;
            if (c > channels - MCUTK_GROUP) { /* starts within the group before it: nothing after a pixel is read */
                s.channels = channels - c;
                s.pairs += (MCUTK_GROUP - s.channels) * 2 * stride;
            }
            build(first, row, channels, inside, c + s.channels - MCUTK_GROUP);
            for (int32_t i = 0; outside >> i != 0; ++i) {
                if ((outside >> i & 1u) != 0) {
                    mcutk_depthwise_rows_dsp_blank(first, i, stride, inside, zero);
                }
            }
            s.multipliers = scales->multipliers;
            s.right_shifts = scales->right_shifts;
            s.out = out + c;
            multiply(&s);
        }
    }
}

void mcutk_depthwise_s1_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_run(
        in, out, scratch, p, 1, mcutk_depthwise_build_s1_dsp, mcutk_depthwise_strip_s1_relu_dsp);
}

void mcutk_depthwise_s1_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_run(
        in, out, scratch, p, 1, mcutk_depthwise_build_s1_dsp, mcutk_depthwise_strip_s1_linear_dsp);
}

void mcutk_depthwise_s2_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_run(
        in, out, scratch, p, 2, mcutk_depthwise_build_s2_dsp, mcutk_depthwise_strip_s2_relu_dsp);
}

void mcutk_depthwise_s2_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_run(
        in, out, scratch, p, 2, mcutk_depthwise_build_s2_dsp, mcutk_depthwise_strip_s2_linear_dsp);
}
