#include "mcutk_depthwise_dsp.h"

#include "mcutk_depthwise_rows_dsp.h"

/* Channels of a strip. */
#define GROUP 4

/* Input rows of a strip, at most. */
#define MAX_ROWS 5

static void fill(uint32_t *to, const uint32_t *end, uint32_t value) {
    while (to < end) {
        *to++ = value;
    }
}

/* Puts the zero point in place of strip row `row`, which lies outside the image. */
static void blank_row(uint32_t *strip, int32_t row, int32_t stride, int32_t columns, uint32_t zero) {
    const uint32_t mask = (row & 1) != 0 ? 0xFFFF0000u : 0x0000FFFFu;
    uint32_t *at = strip + (row >> 1);
    for (int32_t n = columns * GROUP; n > 0; --n, at += 2 * stride) {
        *at = (*at & ~mask) | (zero & mask);
    }
}

/* The input rows under output row oy. Returns a bit for each that lies outside the image; the image's edge stands in. */
static uint32_t find_rows(const int8_t **row, const int8_t *in, const mcutk_conv *p, int32_t oy, int32_t stride) {
    uint32_t outside = 0;
    int32_t y = oy * stride - p->pad_top;
    for (int32_t i = 0; i < 3 + stride; ++i, ++y) {
        const int32_t inside = y < 0 ? 0 : y < p->in_h ? y : p->in_h - 1;
        outside |= (uint32_t)(inside != y) << i;
        row[i] = in + inside * p->in_w * p->in_c;
    }
    return outside;
}

static inline void depthwise(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, int32_t stride,
                             mcutk_depthwise_build_fn *build, mcutk_depthwise_rows_fn *multiply) {
    const int32_t channels = p->in_c, column = GROUP * 2 * stride;
    const int32_t wide = (p->out_w - 1) * stride + 3;
    const int32_t inside = p->in_w < wide - p->pad_left ? p->in_w : wide - p->pad_left;
    const uint32_t half = (uint32_t)p->in_zero_point & 0xFFFFu, zero = half | half << 16;
    uint32_t *const strip = scratch;
    uint32_t *const first = strip + p->pad_left * column;
    mcutk_depthwise_rows r = {
        .step = channels, .columns = 4 * p->out_w * column * stride, .rounding = 2 * p->out_zero_point + 1};
    fill(strip, first, zero);
    fill(first + inside * column, strip + wide * column, zero);
    for (int32_t oy = 0; oy < p->out_h; oy += 2, out += 2 * p->out_w * channels) {
        const int8_t *row[MAX_ROWS];
        const uint32_t *table = (const void *)p->channels;
        const uint32_t outside = find_rows(row, in, p, oy, stride);
        r.weights = p->weights;
        r.row = oy + 1 < p->out_h ? p->out_w * channels : 0;
        r.channels = GROUP;
        for (int32_t c = 0; c < channels; c += GROUP, table += 5, r.weights += 4 * GROUP) {
            r.strip = strip;
            if (c > channels - GROUP) { /* reads back into the group before it, for nothing is read past a pixel */
                r.channels = channels - c;
                r.strip += (GROUP - r.channels) * 2 * stride;
            }
            build(first, row, channels, inside, c + r.channels - GROUP);
            for (int32_t i = 0; outside >> i != 0; ++i) {
                if ((outside >> i & 1u) != 0) {
                    blank_row(first, i, stride, inside, zero);
                }
            }
            r.table = table + 1;
            r.shifts = table[0];
            r.out = out + c;
            multiply(&r);
        }
    }
}

void mcutk_depthwise_s1_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, 1, mcutk_depthwise_build_s1_dsp, mcutk_depthwise_rows_s1_relu_dsp);
}

void mcutk_depthwise_s1_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, 1, mcutk_depthwise_build_s1_dsp, mcutk_depthwise_rows_s1_linear_dsp);
}

void mcutk_depthwise_s2_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, 2, mcutk_depthwise_build_s2_dsp, mcutk_depthwise_rows_s2_relu_dsp);
}

void mcutk_depthwise_s2_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    depthwise(in, out, scratch, p, 2, mcutk_depthwise_build_s2_dsp, mcutk_depthwise_rows_s2_linear_dsp);
}
