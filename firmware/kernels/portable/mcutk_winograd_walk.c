#include "mcutk_winograd_walk.h"

#include <string.h>

__attribute__((noinline)) static int32_t mcutk_winograd_walk_least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* The rows under output rows y and y + 1, from the image's first column on, and the places of the outputs. */
static void mcutk_winograd_walk_row(mcutk_winograd_walk *w) {
    const mcutk_conv_shape *const s = w->shape;
    const int32_t in_row = s->in_w * s->in_c, out_row = s->out_w * s->out_c;
    int32_t y = w->y - s->pad_top;
    const int8_t *row = w->in + y * in_row;
    for (int32_t i = 0; i < MCUTK_WINOGRAD_TALL; ++i, ++y, row += in_row) {
        const int32_t inside = y >= 0 && y < s->in_h;
        w->rows.row[i] = inside ? row : w->zero;
        w->rows.step[i] = inside ? s->in_c : 0;
    }
    w->out0 = w->out + w->y * out_row;
    w->out1 = w->y + 1 < s->out_h ? w->out0 + out_row : w->out0;
    w->step = s->out_c;
}

int32_t mcutk_winograd_next(mcutk_winograd_walk *w) {
    const mcutk_conv_shape *const s = w->shape;
    w->x += 4;
    w->first = 2;
    w->out0 += 4 * w->step;
    w->out1 += 4 * w->step;
    if (w->x >= s->out_w) {
        w->x = 0;
        w->y += 2;
        if (w->y >= s->out_h) {
            return 0;
        }
        w->first = 0;
        mcutk_winograd_walk_row(w);
    }
    const int32_t count = MCUTK_WINOGRAD_WIDE - w->first, column = w->x + w->first - s->pad_left;
    w->before = column < 0 ? mcutk_winograd_walk_least(count, -column) : 0;
    const int32_t left = s->in_w - (column + w->before), rest = count - w->before;
    w->inside = left < 0 ? 0 : mcutk_winograd_walk_least(rest, left);
    w->after = rest - w->inside;
    w->whole = w->x + 4 <= s->out_w && (w->channels & 3) == 0;
    if (!w->whole) {
        w->step = (w->channels + 3) & ~3;
        w->out1 = w->part + (w->y + 1 < s->out_h ? 4 * w->step : 0);
        w->out0 = w->part;
    }
    return 1;
}

void mcutk_winograd_store(const mcutk_winograd_walk *w) {
    const mcutk_conv_shape *const s = w->shape;
    if (w->whole) {
        return;
    }
    const int32_t pixels = mcutk_winograd_walk_least(4, s->out_w - w->x);
    const int8_t *from = w->part;
    for (int32_t y = w->y; y < s->out_h && y < w->y + 2; ++y, from += (4 - pixels) * w->step) {
        int8_t *to = w->out + (y * s->out_w + w->x) * s->out_c;
        for (int32_t pixel = 0; pixel < pixels; ++pixel, to += s->out_c, from += w->step) {
            memcpy(to, from, (size_t)w->channels);
        }
    }
}
