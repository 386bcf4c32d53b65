#include "mcutk_pool_dsp.h"

#include "mcutk_requant.h"
#include "mcutk_sums_dsp.h"

/* Channels that are computed together. */
#define GROUP 4

/* The part of a window that lies inside the image. */
typedef struct {
    const int8_t *first; /* its first pixel, channel 0 */
    int32_t rows, columns;
    int32_t row, step; /* bytes from row to row, from pixel to pixel */
} mcutk_pool_dsp_window;

static mcutk_pool_dsp_window mcutk_pool_dsp_cut(const int8_t *in, const mcutk_pool *p, int32_t out_y, int32_t out_x) {
    const int32_t top = out_y * p->stride_h - p->pad_top, left = out_x * p->stride_w - p->pad_left;
    const int32_t y0 = top > 0 ? top : 0, x0 = left > 0 ? left : 0;
    const int32_t y1 = top + p->kernel_h < p->in_h ? top + p->kernel_h : p->in_h;
    const int32_t x1 = left + p->kernel_w < p->in_w ? left + p->kernel_w : p->in_w;
    const int32_t step = p->channels, row = p->in_w * step;
    mcutk_pool_dsp_window w = {in + y0 * row + x0 * step, y1 - y0, x1 - x0, row, step};
    if (w.columns == p->in_w) { /* whole rows are one run */
        w.columns *= w.rows;
        w.rows = 1;
    }
    return w;
}

/* sum / count, halves away from zero; half = count / 2. */
static inline int8_t mcutk_pool_dsp_average(int32_t sum, int32_t count, int32_t half, const mcutk_pool *p) {
    return (int8_t)mcutk_clamp((sum > 0 ? sum + half : sum - half) / count, p->act_min, p->act_max);
}

/* Four channels of a window of at most 256 pixels: half-words hold their sums. */
static void mcutk_pool_dsp_average_few(int8_t *out, const int8_t *row, const mcutk_pool_dsp_window *w, const mcutk_pool *p) {
    const int32_t count = w->rows * w->columns, half = count / 2, step = w->step;
    uint32_t even = 0, odd = 0;
    for (int32_t i = w->rows; i > 0; --i, row += w->row) {
        const int8_t *tap = row;
        for (int32_t j = w->columns; j > 0; --j, tap += step) {
            const uint32_t word = mcutk_load32(tap);
            even = mcutk_sxtab16(even, word);
            odd = mcutk_sxtab16_odd(odd, word);
        }
    }
    out[0] = mcutk_pool_dsp_average((int16_t)(even & 0xFFFFu), count, half, p);
    out[1] = mcutk_pool_dsp_average((int16_t)(odd & 0xFFFFu), count, half, p);
    out[2] = mcutk_pool_dsp_average((int32_t)even >> 16, count, half, p);
    out[3] = mcutk_pool_dsp_average((int32_t)odd >> 16, count, half, p);
}

/* Four channels of any window. */
static void mcutk_pool_dsp_average_many(int8_t *out, const int8_t *row, const mcutk_pool_dsp_window *w, const mcutk_pool *p) {
    const int32_t count = w->rows * w->columns;
    int32_t sums[GROUP] = {0};
    for (int32_t i = w->rows; i > 0; --i, row += w->row) {
        mcutk_sums_dsp_add(sums, row, w->step, w->columns);
    }
    for (int32_t k = 0; k < GROUP; ++k) {
        out[k] = mcutk_pool_dsp_average(sums[k], count, count / 2, p);
    }
}

static void mcutk_pool_dsp_average_pixel(int8_t *out, const mcutk_pool_dsp_window *w, const mcutk_pool *p) {
    const int32_t count = w->rows * w->columns;
    int32_t c = 0;
    for (; c + GROUP <= w->step; c += GROUP) {
        if (count <= 256) {
            mcutk_pool_dsp_average_few(out + c, w->first + c, w, p);
        } else {
            mcutk_pool_dsp_average_many(out + c, w->first + c, w, p);
        }
    }
    for (; c < w->step; ++c) {
        int32_t sum = 0;
        const int8_t *row = w->first + c;
        for (int32_t i = w->rows; i > 0; --i, row += w->row) {
            for (int32_t j = 0; j < w->columns; ++j) {
                sum += row[j * w->step];
            }
        }
        out[c] = mcutk_pool_dsp_average(sum, count, count / 2, p);
    }
}

static void mcutk_pool_dsp_max_pixel(int8_t *out, const mcutk_pool_dsp_window *w, const mcutk_pool *p) {
    const uint32_t low = 0x01010101u * (uint8_t)p->act_min;
    int32_t c = 0;
    for (; c + GROUP <= w->step; c += GROUP) {
        const int8_t *row = w->first + c;
        uint32_t most = low;
        for (int32_t i = w->rows; i > 0; --i, row += w->row) {
            const int8_t *tap = row;
            for (int32_t j = w->columns; j > 0; --j, tap += w->step) {
                most = mcutk_max8(most, mcutk_load32(tap));
            }
        }
        for (int32_t k = 0; k < GROUP; ++k, most >>= 8) {
            out[c + k] = (int8_t)mcutk_clamp((int8_t)(most & 0xFFu), p->act_min, p->act_max);
        }
    }
    for (; c < w->step; ++c) {
        int32_t most = p->act_min;
        const int8_t *row = w->first + c;
        for (int32_t i = w->rows; i > 0; --i, row += w->row) {
            for (int32_t j = 0; j < w->columns; ++j) {
                most = row[j * w->step] > most ? row[j * w->step] : most;
            }
        }
        out[c] = (int8_t)mcutk_clamp(most, p->act_min, p->act_max);
    }
}

void mcutk_average_pool_dsp(const int8_t *in, int8_t *out, const mcutk_pool *p) {
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x, out += p->channels) {
            const mcutk_pool_dsp_window w = mcutk_pool_dsp_cut(in, p, y, x);
            mcutk_pool_dsp_average_pixel(out, &w, p);
        }
    }
}

void mcutk_max_pool_dsp(const int8_t *in, int8_t *out, const mcutk_pool *p) {
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x, out += p->channels) {
            const mcutk_pool_dsp_window w = mcutk_pool_dsp_cut(in, p, y, x);
            mcutk_pool_dsp_max_pixel(out, &w, p);
        }
    }
}
