#include "mcutk_columns.h"

/* `count` copies of one value, four bytes apart. */
static int8_t *mcutk_columns_fill(int8_t *column, int8_t value, int32_t count) {
    for (; count > 0; --count) {
        *column = value;
        column += 4;
    }
    return column;
}

#define SPREAD(i) column[4 * (i)] = from[i]

/* `count` adjacent bytes to every fourth byte. */
static inline int8_t *mcutk_columns_spread(int8_t *column, const int8_t *from, int32_t count) {
    for (; count >= 16; count -= 16) {
        SPREAD(0);
        SPREAD(1);
        SPREAD(2);
        SPREAD(3);
        SPREAD(4);
        SPREAD(5);
        SPREAD(6);
        SPREAD(7);
        SPREAD(8);
        SPREAD(9);
        SPREAD(10);
        SPREAD(11);
        SPREAD(12);
        SPREAD(13);
        SPREAD(14);
        SPREAD(15);
        column += 64;
        from += 16;
    }
    for (; count >= 4; count -= 4) {
        SPREAD(0);
        SPREAD(1);
        SPREAD(2);
        SPREAD(3);
        column += 16;
        from += 4;
    }
    for (; count > 0; --count) {
        *column = *from++;
        column += 4;
    }
    return column;
}

/* A row of the window whose first tap is at image column `left`, of a row inside the image. */
static int8_t *mcutk_columns_gather_row(int8_t *column, const int8_t *row, const mcutk_conv_shape *s, int32_t left) {
    const int32_t in_c = s->in_c;
    if (s->dilation_w == 1 && left >= 0 && left + s->kernel_w <= s->in_w) {
        return mcutk_columns_spread(column, row + left * in_c, s->kernel_w * in_c);
    }
    for (int32_t kx = 0; kx < s->kernel_w; ++kx) {
        if (left >= 0 && left < s->in_w) {
            column = mcutk_columns_spread(column, row + left * in_c, in_c);
        } else {
            column = mcutk_columns_fill(column, s->in_zero_point, in_c);
        }
        left += s->dilation_w;
    }
    return column;
}

void mcutk_gather_column(const int8_t *in, int8_t *column, const mcutk_conv_shape *s, int32_t y, int32_t x) {
    const int32_t in_row = s->in_w * s->in_c;
    const int32_t left = x * s->stride_w - s->pad_left;
    const int32_t height = s->kernel_h;
    int32_t top = y * s->stride_h - s->pad_top;
    if (s->dilation_w == 1 && s->dilation_h == 1 && left >= 0 && left + s->kernel_w <= s->in_w && top >= 0 &&
        top + height <= s->in_h) {
        const int32_t run = s->kernel_w * s->in_c;
        const int8_t *row = in + top * in_row + left * s->in_c;
        for (int32_t ky = 0; ky < height; ++ky) {
            column = mcutk_columns_spread(column, row, run);
            row += in_row;
        }
        return;
    }
    for (int32_t ky = 0; ky < height; ++ky) {
        if (top >= 0 && top < s->in_h) {
            column = mcutk_columns_gather_row(column, in + top * in_row, s, left);
        } else {
            column = mcutk_columns_fill(column, s->in_zero_point, s->kernel_w * s->in_c);
        }
        top += s->dilation_h;
    }
}
