#include "mcutk_pool_mve.h"

#include <arm_mve.h>

#include "mcutk_requant.h"

/* The part of a window that lies inside the image. */
typedef struct {
    const int8_t *first; /* its first pixel, channel 0 */
    int32_t rows, columns;
    int32_t row_step; /* bytes from the end of a row of the window to the start of the next */
} mcutk_pool_mve_window;

static mcutk_pool_mve_window mcutk_pool_mve_cut(const int8_t *in, const mcutk_pool *p, int32_t y, int32_t x) {
    const int32_t top = y * p->stride_h - p->pad_top;
    const int32_t left = x * p->stride_w - p->pad_left;
    const int32_t y0 = top > 0 ? top : 0;
    const int32_t x0 = left > 0 ? left : 0;
    const int32_t y1 = top + p->kernel_h < p->in_h ? top + p->kernel_h : p->in_h;
    const int32_t x1 = left + p->kernel_w < p->in_w ? left + p->kernel_w : p->in_w;
    const mcutk_pool_mve_window w = {
        in + (y0 * p->in_w + x0) * p->channels,
        y1 - y0,
        x1 - x0,
        (p->in_w - (x1 - x0)) * p->channels,
    };
    return w;
}

/* Sums of a window's pixels for the first `channels` of eight channels at `tap`. Sixteen bits hold 255 values. */
static void mcutk_pool_mve_sum_eight(int32_t sum[8], const int8_t *tap, const mcutk_pool_mve_window *w, int32_t step,
                                     uint32_t channels) {
    const mve_pred16_t lanes = vctp16q(channels);
    for (int32_t k = 0; k < 8; k++) {
        sum[k] = 0;
    }
    int16x8_t part = vdupq_n_s16(0);
    int32_t room = 255;
    for (int32_t i = 0; i < w->rows; i++) {
        for (int32_t j = 0; j < w->columns; j++) {
            part = vaddq_s16(part, vldrbq_z_s16(tap, lanes));
            tap += step;
            if (--room == 0) {
                int16_t wide[8];
                vst1q_s16(wide, part);
                for (int32_t k = 0; k < 8; k++) {
                    sum[k] += wide[k];
                }
                part = vdupq_n_s16(0);
                room = 255;
            }
        }
        tap += w->row_step;
    }
    int16_t wide[8];
    vst1q_s16(wide, part);
    for (int32_t k = 0; k < 8; k++) {
        sum[k] += wide[k];
    }
}

/* One pixel. The quotients in scalar code: Helium has no division. */
static void mcutk_pool_mve_average(int8_t *out, const mcutk_pool_mve_window *w, const mcutk_pool *p) {
    const int32_t count = w->rows * w->columns;
    for (int32_t c = 0; c < p->channels; c += 8) {
        int32_t sum[8];
        mcutk_pool_mve_sum_eight(sum, w->first + c, w, p->channels, (uint32_t)(p->channels - c));
        for (int32_t k = 0; k < 8 && c + k < p->channels; k++) {
            const int32_t quotient = (sum[k] > 0 ? sum[k] + count / 2 : sum[k] - count / 2) / count;
            out[c + k] = (int8_t)mcutk_clamp(quotient, p->act_min, p->act_max);
        }
    }
}

static void mcutk_pool_mve_maximum(int8_t *out, const mcutk_pool_mve_window *w, const mcutk_pool *p) {
    for (int32_t c = 0; c < p->channels; c += 16) {
        const mve_pred16_t lanes = vctp8q((uint32_t)(p->channels - c));
        const int8_t *tap = w->first + c;
        int8x16_t best = vdupq_n_s8(INT8_MIN);
        for (int32_t i = 0; i < w->rows; i++) {
            for (int32_t j = 0; j < w->columns; j++) {
                best = vmaxq_s8(best, vldrbq_z_s8(tap, lanes));
                tap += p->channels;
            }
            tap += w->row_step;
        }
        best = vminq_s8(vmaxq_s8(best, vdupq_n_s8(p->act_min)), vdupq_n_s8(p->act_max));
        vstrbq_p_s8(out + c, best, lanes);
    }
}

static void mcutk_pool_mve_pixels(const int8_t *in, int8_t *out, const mcutk_pool *p,
                 void (*pixel)(int8_t *out, const mcutk_pool_mve_window *w, const mcutk_pool *p)) {
    for (int32_t y = 0; y < p->out_h; y++) {
        for (int32_t x = 0; x < p->out_w; x++) {
            const mcutk_pool_mve_window w = mcutk_pool_mve_cut(in, p, y, x);
            pixel(out, &w, p);
            out += p->channels;
        }
    }
}

void mcutk_average_pool_mve(const int8_t *in, int8_t *out, const mcutk_pool *p) {
    mcutk_pool_mve_pixels(in, out, p, mcutk_pool_mve_average);
}

void mcutk_max_pool_mve(const int8_t *in, int8_t *out, const mcutk_pool *p) {
    mcutk_pool_mve_pixels(in, out, p, mcutk_pool_mve_maximum);
}
