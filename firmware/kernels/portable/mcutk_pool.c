#include "mcutk_pool.h"

#include "mcutk_requant.h"

/* The part of a window that lies inside the image. */
typedef struct {
    const int8_t *first; /* its first pixel, channel 0 */
    int32_t rows, columns;
} mcutk_pool_window;

static mcutk_pool_window mcutk_pool_cut(const int8_t *in, const mcutk_pool *p, int32_t out_y, int32_t out_x) {
    const int32_t top = out_y * p->stride_h - p->pad_top;
    const int32_t left = out_x * p->stride_w - p->pad_left;
    const int32_t y0 = top > 0 ? top : 0;
    const int32_t x0 = left > 0 ? left : 0;
    const int32_t y1 = top + p->kernel_h < p->in_h ? top + p->kernel_h : p->in_h;
    const int32_t x1 = left + p->kernel_w < p->in_w ? left + p->kernel_w : p->in_w;
    const mcutk_pool_window w = {in + (y0 * p->in_w + x0) * p->channels, y1 - y0, x1 - x0};
    return w;
}

/* Sum of one channel of a window: every `step`-th byte. */
static int32_t mcutk_pool_sum_window(const int8_t *row, const mcutk_pool_window *w, int32_t step, int32_t row_bytes) {
    int32_t sum = 0;
    for (int32_t i = w->rows; i > 0; --i) {
        const int8_t *tap = row;
        int32_t j = w->columns;
        for (; j >= 4; j -= 4) {
            sum += tap[0] + tap[step] + tap[2 * step] + tap[3 * step];
            tap += 4 * step;
        }
        for (; j > 0; --j) {
            sum += *tap;
            tap += step;
        }
        row += row_bytes;
    }
    return sum;
}

void mcutk_average_pool_s8(const int8_t *in, int8_t *out, const mcutk_pool *p) {
    const int32_t step = p->channels;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            mcutk_pool_window w = mcutk_pool_cut(in, p, y, x);
            const int32_t count = w.rows * w.columns;
            if (w.columns == p->in_w) { /* whole rows are one run */
                w.columns = count;
                w.rows = 1;
            }
            for (int32_t c = 0; c < step; ++c) {
                int32_t sum = mcutk_pool_sum_window(w.first + c, &w, step, p->in_w * step);
                sum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
                *out++ = (int8_t)mcutk_clamp(sum, p->act_min, p->act_max);
            }
        }
    }
}

void mcutk_max_pool_s8(const int8_t *in, int8_t *out, const mcutk_pool *p) {
    const int32_t step = p->channels;
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const mcutk_pool_window w = mcutk_pool_cut(in, p, y, x);
            for (int32_t c = 0; c < p->channels; ++c) {
                const int8_t *row = w.first + c;
                int32_t best = INT8_MIN;
                for (int32_t i = 0; i < w.rows; ++i) {
                    const int8_t *tap = row;
                    for (int32_t j = 0; j < w.columns; ++j) {
                        best = *tap > best ? *tap : best;
                        tap += step;
                    }
                    row += p->in_w * step;
                }
                *out++ = (int8_t)mcutk_clamp(best, p->act_min, p->act_max);
            }
        }
    }
}
