#include "mcutk_columns.h"

/* `count` copies of one value, four bytes apart. */
static int8_t *fill(int8_t *column, int8_t value, int32_t count) {
    for (; count > 0; --count) {
        *column = value;
        column += 4;
    }
    return column;
}

#define SPREAD(i) column[4 * (i)] = from[i]

/* `count` adjacent bytes to every fourth byte. */
static inline int8_t *spread(int8_t *column, const int8_t *from, int32_t count) {
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
static int8_t *gather_row(int8_t *column, const int8_t *row, const mcutk_conv *p, int32_t left) {
    const int32_t in_c = p->in_c;
    if (p->dilation_w == 1 && left >= 0 && left + p->kernel_w <= p->in_w) {
        return spread(column, row + left * in_c, p->kernel_w * in_c);
    }
    for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
        if (left >= 0 && left < p->in_w) {
            column = spread(column, row + left * in_c, in_c);
        } else {
            column = fill(column, p->in_zero_point, in_c);
        }
        left += p->dilation_w;
    }
    return column;
}

void mcutk_gather_column(const int8_t *in, int8_t *column, const mcutk_conv *p, int32_t y, int32_t x) {
    const int32_t in_row = p->in_w * p->in_c;
    const int32_t left = x * p->stride_w - p->pad_left;
    const int32_t height = p->kernel_h;
    int32_t top = y * p->stride_h - p->pad_top;
    if (p->dilation_w == 1 && p->dilation_h == 1 && left >= 0 && left + p->kernel_w <= p->in_w && top >= 0 &&
        top + height <= p->in_h) {
        const int32_t run = p->kernel_w * p->in_c;
        const int8_t *row = in + top * in_row + left * p->in_c;
        for (int32_t ky = 0; ky < height; ++ky) {
            column = spread(column, row, run);
            row += in_row;
        }
        return;
    }
    for (int32_t ky = 0; ky < height; ++ky) {
        if (top >= 0 && top < p->in_h) {
            column = gather_row(column, in + top * in_row, p, left);
        } else {
            column = fill(column, p->in_zero_point, p->kernel_w * p->in_c);
        }
        top += p->dilation_h;
    }
}
