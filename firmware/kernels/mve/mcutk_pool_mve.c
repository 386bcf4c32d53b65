#include "mcutk_pool_mve.h"

#include <arm_mve.h>

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
    mcutk_pool_mve_window w = {
        in + (y0 * p->in_w + x0) * p->channels,
        y1 - y0,
        x1 - x0,
        (p->in_w - (x1 - x0)) * p->channels,
    };
    if (w.row_step == 0) { /* whole rows are one run */
        w.columns *= w.rows;
        w.rows = 1;
    }
    return w;
}

/* Sums of eight channels: those of the even channels and those of the odd ones. */
typedef struct {
    int32x4_t even, odd;
} mcutk_pool_mve_sums;

/* `n` > 0 pixels are added to the sixteen-bit sums. Inline assembly: GCC 12 makes no low-overhead loop from intrinsics. */
static int16x8_t mcutk_pool_mve_add(int16x8_t sums, const int8_t **tap, int32_t step, int32_t n, int32_t channels) {
    __asm__ volatile("vctp.16 %[channels]\n"
                     "dls lr, %[n]\n"
                     "1: vpst\n"
                     "vldrbt.s16 q0, [%[tap]]\n"
                     "add %[tap], %[step]\n"
                     "vadd.i16 %q[sums], %q[sums], q0\n"
                     "le lr, 1b\n"
                     : [sums] "+w"(sums), [tap] "+&l"(*tap)
                     : [channels] "r"(channels), [n] "r"(n), [step] "r"(step)
                     : "q0", "lr", "memory", "p0");
    return sums;
}

/* Sums of a window's pixels for the first `channels` of eight channels at `tap`. Sixteen bits hold 255 values. */
static mcutk_pool_mve_sums mcutk_pool_mve_sum_eight(const int8_t *tap, const mcutk_pool_mve_window *w, int32_t step,
                                                    int32_t channels) {
    mcutk_pool_mve_sums sums = {vdupq_n_s32(0), vdupq_n_s32(0)};
    int16x8_t part = vdupq_n_s16(0);
    int32_t room = 255;
    for (int32_t i = w->rows; i > 0; i--) {
        for (int32_t left = w->columns; left > 0;) {
            const int32_t n = left < room ? left : room;
            part = mcutk_pool_mve_add(part, &tap, step, n, channels);
            left -= n;
            room -= n;
            if (room == 0) {
                sums.even = vaddq_s32(sums.even, vmovlbq_s16(part));
                sums.odd = vaddq_s32(sums.odd, vmovltq_s16(part));
                part = vdupq_n_s16(0);
                room = 255;
            }
        }
        tap += w->row_step;
    }
    sums.even = vaddq_s32(sums.even, vmovlbq_s16(part));
    sums.odd = vaddq_s32(sums.odd, vmovltq_s16(part));
    return sums;
}

/* sum / count, halves away from zero: the floor of n / count with n = |sum| + count / 2 <= 129 * count, by the reciprocal
 * ceil(2^32 / count). The reciprocal's error makes the product too large by less than n / 2^32, and n * count < 2^32, because
 * count <= MCUTK_POOL_MVE_TAPS: less than 1 / count, which reaches no next integer. */
_Static_assert(129LL * MCUTK_POOL_MVE_TAPS * MCUTK_POOL_MVE_TAPS < 1LL << 32, "the quotient is exact");

static int32x4_t mcutk_pool_mve_divide(int32x4_t sum, uint32_t half, uint32_t reciprocal, const mcutk_pool *p) {
    const uint32x4_t n = vaddq_n_u32(vreinterpretq_u32_s32(vabsq_s32(sum)), half);
    const int32x4_t size = vreinterpretq_s32_u32(vmulhq_u32(n, vdupq_n_u32(reciprocal)));
    const int32x4_t quotient = vnegq_m_s32(size, size, vcmpltq_n_s32(sum, 0));
    return vminq_s32(vmaxq_s32(quotient, vdupq_n_s32(p->act_min)), vdupq_n_s32(p->act_max));
}

/* One pixel. A window of one pixel counts twice: its reciprocal would not fit. */
static void mcutk_pool_mve_average(int8_t *out, const mcutk_pool_mve_window *w, const mcutk_pool *p) {
    const int32_t taps = w->rows * w->columns;
    const int32_t twice = taps == 1 ? 1 : 0;
    const uint32_t count = (uint32_t)(taps + twice);
    const uint32_t reciprocal = UINT32_MAX / count + 1u;
    for (int32_t c = 0; c < p->channels; c += 8) {
        const int32_t channels = p->channels - c;
        mcutk_pool_mve_sums sums = mcutk_pool_mve_sum_eight(w->first + c, w, p->channels, channels);
        sums.even = mcutk_pool_mve_divide(vshlq_r_s32(sums.even, twice), count / 2, reciprocal, p);
        sums.odd = mcutk_pool_mve_divide(vshlq_r_s32(sums.odd, twice), count / 2, reciprocal, p);
        const int16x8_t both = vmovntq_s32(vreinterpretq_s16_s32(sums.even), sums.odd);
        vstrbq_p_s16(out + c, both, vctp16q((uint32_t)channels));
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
