#include "mcutk_depthwise_rows_dsp.h"

#include <string.h>

#include "mcutk_depthwise_strip_dsp.h"

/* Input rows of a strip of four output rows (stride 1) and of two (stride 2). */
#define RING_ROWS 6
#define STRIDE_2_ROWS 5

/* Words of a column of a strip. */
#define STRIDE_1_COLUMN (3 * MCUTK_GROUP)
#define STRIDE_2_COLUMN (4 * MCUTK_GROUP)

static void mcutk_depthwise_rows_dsp_fill(uint32_t *to, const uint32_t *end, uint32_t value) {
    while (to < end) {
        *to++ = value;
    }
}

/* The padding left and right of the image, which stays in the strip. Returns the image's first column. */
__attribute__((noinline)) static uint32_t *mcutk_depthwise_rows_dsp_pad(
    uint32_t *strip, const mcutk_depthwise_rows_dsp *p, int32_t wide, int32_t inside, int32_t column) {
    const uint32_t half = (uint32_t)p->in_zero_point & 0xFFFFu, zero = half | half << 16;
    uint32_t *const first = strip + p->pad_left * column;
    mcutk_depthwise_rows_dsp_fill(strip, first, zero);
    mcutk_depthwise_rows_dsp_fill(first + inside * column, strip + wide * column, zero);
    return first;
}

/* Columns of the image in a strip of `wide` columns. */
static int32_t mcutk_depthwise_rows_dsp_inside(const mcutk_depthwise_rows_dsp *p, int32_t wide) {
    return p->in_w < wide - p->pad_left ? p->in_w : wide - p->pad_left;
}

/* Input row y, or zero points where it lies outside the image. */
static void mcutk_depthwise_rows_dsp_load(int8_t *to, const int8_t *in, const mcutk_depthwise_rows_dsp *p, int32_t y) {
    const int32_t bytes = p->in_w * p->channels;
    if (y >= 0 && y < p->in_h) {
        memcpy(to, in + y * bytes, (size_t)bytes);
    } else {
        memset(to, p->in_zero_point, (size_t)bytes);
    }
}

static void mcutk_depthwise_rows_dsp_s1(
    const int8_t *in, int8_t *out, uint32_t *strip, const mcutk_depthwise_rows_dsp *p, mcutk_depthwise_strip_fn *multiply) {
    const int32_t channels = p->channels, wide = p->out_w + 2, inside = mcutk_depthwise_rows_dsp_inside(p, wide);
    const int32_t in_row = p->in_w * channels, out_row = p->out_w * channels;
    uint32_t *const first = mcutk_depthwise_rows_dsp_pad(strip, p, wide, inside, STRIDE_1_COLUMN);
    int8_t *const ring = (int8_t *)(strip + wide * STRIDE_1_COLUMN);
    mcutk_depthwise_strip s = {
        .step = channels, .column_bytes = 4 * p->out_w * STRIDE_1_COLUMN, .rounding = 2 * p->out_zero_point + 1};
    int32_t slot = 0; /* of the next input row */
    for (int32_t oy = 0; oy < p->out_h; oy += 4, out += 4 * out_row) {
        const int8_t *row[RING_ROWS];
        for (int32_t i = 0; i < RING_ROWS; ++i) { /* two rows stay from the block before: slots `slot` - 2 and - 1 */
            int8_t *const place = ring + slot * in_row;
            if (oy == 0 || i >= 2) {
                mcutk_depthwise_rows_dsp_load(place, in, p, oy + i - p->pad_top);
            }
            row[i] = place;
            slot = slot == RING_ROWS - 1 ? 0 : slot + 1;
        }
        slot = slot < 2 ? slot + RING_ROWS - 2 : slot - 2; /* where the last two rows are */
        const int32_t rows = p->out_h - oy;
        s.row = rows > 1 ? out_row : 0;
        s.third = rows > 2 ? 2 * out_row : 0;
        s.fourth = rows > 3 ? out_row : 0;
        const mcutk_scales_dsp *scales = p->scales;
        for (int32_t c = 0; c < channels; c += MCUTK_GROUP, ++scales) {
            s.channels = channels - c < MCUTK_GROUP ? channels - c : MCUTK_GROUP;
            /* The last group may start within the group before it: nothing after a pixel is read. */
            mcutk_depthwise_build_s1_dsp(first, row, channels, inside, c + s.channels - MCUTK_GROUP);
            s.pairs = strip + (MCUTK_GROUP - s.channels) * 3;
            s.multipliers = scales->multipliers;
            s.right_shifts = scales->right_shifts;
            s.out = out + c;
            s.weights = p->weights + 4 * c;
            multiply(&s);
        }
    }
}

/* Puts the zero point in place of strip row `row`, which lies outside the image. */
__attribute__((noinline)) static void mcutk_depthwise_rows_dsp_blank(uint32_t *strip, int32_t row, int32_t columns, int32_t zero_point) {
    const uint32_t half = (uint32_t)zero_point & 0xFFFFu, zero = half | half << 16;
    const uint32_t mask = (row & 1) != 0 ? 0xFFFF0000u : 0x0000FFFFu;
    uint32_t *at = strip + (row >> 1);
    for (int32_t n = columns * MCUTK_GROUP; n > 0; --n, at += 4) {
        *at = (*at & ~mask) | (zero & mask);
    }
}

/* The input rows under output row oy. Returns a bit for each that lies outside the image; its pointer is that of the
 * nearest row of the image. */
__attribute__((noinline)) static uint32_t mcutk_depthwise_rows_dsp_find(
    const int8_t **row, const int8_t *in, const mcutk_depthwise_rows_dsp *p, int32_t oy) {
    uint32_t outside = 0;
    int32_t y = oy * 2 - p->pad_top;
    for (int32_t i = 0; i < STRIDE_2_ROWS; ++i, ++y) {
        const int32_t inside = y < 0 ? 0 : y < p->in_h ? y : p->in_h - 1;
        outside |= (uint32_t)(inside != y) << i;
        row[i] = in + inside * p->in_w * p->channels;
    }
    return outside;
}

static void mcutk_depthwise_rows_dsp_s2(
    const int8_t *in, int8_t *out, uint32_t *strip, const mcutk_depthwise_rows_dsp *p, mcutk_depthwise_strip_fn *multiply) {
    const int32_t channels = p->channels, wide = 2 * p->out_w + 1, inside = mcutk_depthwise_rows_dsp_inside(p, wide);
    const int32_t out_row = p->out_w * channels;
    uint32_t *const first = mcutk_depthwise_rows_dsp_pad(strip, p, wide, inside, STRIDE_2_COLUMN);
    mcutk_depthwise_strip s = {
        .step = channels, .column_bytes = 8 * p->out_w * STRIDE_2_COLUMN, .rounding = 2 * p->out_zero_point + 1};
    for (int32_t oy = 0; oy < p->out_h; oy += 2, out += 2 * out_row) {
        const int8_t *row[STRIDE_2_ROWS];
        const mcutk_scales_dsp *scales = p->scales;
        const uint32_t outside = mcutk_depthwise_rows_dsp_find(row, in, p, oy);
        s.row = oy + 1 < p->out_h ? out_row : 0;
        for (int32_t c = 0; c < channels; c += MCUTK_GROUP, ++scales) {
            s.channels = channels - c < MCUTK_GROUP ? channels - c : MCUTK_GROUP;
            mcutk_depthwise_build_s2_dsp(first, row, channels, inside, c + s.channels - MCUTK_GROUP);
            for (int32_t i = 0; outside >> i != 0; ++i) {
                if ((outside >> i & 1u) != 0) {
                    mcutk_depthwise_rows_dsp_blank(first, i, inside, p->in_zero_point);
                }
            }
            s.pairs = strip + (MCUTK_GROUP - s.channels) * 4;
            s.multipliers = scales->multipliers;
            s.right_shifts = scales->right_shifts;
            s.out = out + c;
            s.weights = p->weights + 4 * c;
            multiply(&s);
        }
    }
}

void mcutk_depthwise_s1_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_s1(in, out, scratch, p, mcutk_depthwise_strip_s1_relu_dsp);
}

void mcutk_depthwise_s1_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_s1(in, out, scratch, p, mcutk_depthwise_strip_s1_linear_dsp);
}

void mcutk_depthwise_s2_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_s2(in, out, scratch, p, mcutk_depthwise_strip_s2_relu_dsp);
}

void mcutk_depthwise_s2_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows_dsp *p) {
    mcutk_depthwise_rows_dsp_s2(in, out, scratch, p, mcutk_depthwise_strip_s2_linear_dsp);
}
