#include "mcutk_resize.h"

/* One output pixel between four input pixels. */
static void mcutk_resize_blend(const int8_t *const corner[4], int32_t down, int32_t across, int8_t *out, int32_t channels) {
    const int32_t one = 1 << 10;
    const int32_t half = 1 << 19;
    for (int32_t c = 0; c < channels; ++c) {
        const int32_t left = corner[0][c] * (one - down) + corner[2][c] * down;
        const int32_t right = corner[1][c] * (one - down) + corner[3][c] * down;
        const int32_t sum = left * (one - across) + right * across;
        out[c] = (int8_t)(sum > 0 ? (sum + half) >> 20 : -((half - sum) >> 20));
    }
}

void mcutk_resize_bilinear_s8(const int8_t *in, int8_t *out, const mcutk_bilinear *p) {
    const int32_t row_bytes = p->in_w * p->channels;
    for (int32_t y = 0; y < p->out_h; ++y) {
        const mcutk_bilinear_tap *row = p->rows + y;
        const int8_t *above = in + row->lower * row_bytes;
        const int8_t *below = in + row->upper * row_bytes;
        for (int32_t x = 0; x < p->out_w; ++x) {
            const mcutk_bilinear_tap *column = p->columns + x;
            const int32_t left = column->lower * p->channels;
            const int32_t right = column->upper * p->channels;
            const int8_t *const corner[4] = {above + left, above + right, below + left, below + right};
            mcutk_resize_blend(corner, row->weight, column->weight, out, p->channels);
            out += p->channels;
        }
    }
}
