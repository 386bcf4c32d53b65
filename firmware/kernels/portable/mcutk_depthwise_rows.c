#include "mcutk_depthwise_rows.h"

#include "mcutk_copy.h"
#include "mcutk_finish.h"

#define MAX_ROWS 16

/* One row of outputs: the padded input rows under it, top first, and where it goes. */
typedef struct {
    const int8_t *rows[MAX_ROWS];
    int8_t *out;
    const mcutk_conv *p;
    int plain, relu;
} job;

static inline int8_t finish(int32_t sum, const mcutk_channel *channel, const job *j) {
    if (j->plain && mcutk_finish_is_short(channel)) {
        const int32_t right = -channel->shift;
        const int32_t offset = mcutk_finish_offset(j->p->out_zero_point, right);
        return (int8_t)mcutk_finish_short(sum, channel->multiplier, right, offset, j->relu);
    }
    return (int8_t)mcutk_finish_any(sum, channel, j->p);
}

/* All channels of one pixel; any window. `at` is the offset of its first tap in a row. */
static void one_pixel(const job *j, int32_t at, int8_t *out) {
    const mcutk_conv *p = j->p;
    const int32_t step = p->in_c;
    const int8_t *weights = p->weights;
    const mcutk_channel *channel = p->channels;
    for (int32_t c = 0; c < step; ++c) {
        int32_t sum = channel->bias;
        for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
            const int8_t *tap = j->rows[ky] + at + c;
            for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
                sum += *tap * *weights++;
                tap += step;
            }
        }
        *out++ = finish(sum, channel, j);
        ++channel;
    }
}

/* The four outputs of one channel. */
static inline void finish_four(const int32_t sums[4], const mcutk_channel *channel, const job *j, int8_t *out) {
    const int32_t step = j->p->out_c;
    if (j->plain && mcutk_finish_is_short(channel)) {
        const int32_t multiplier = channel->multiplier;
        const int32_t right = -channel->shift;
        const int32_t offset = mcutk_finish_offset(j->p->out_zero_point, right);
        const int relu = j->relu;
        out[0] = (int8_t)mcutk_finish_short(sums[0], multiplier, right, offset, relu);
        out[step] = (int8_t)mcutk_finish_short(sums[1], multiplier, right, offset, relu);
        out[2 * step] = (int8_t)mcutk_finish_short(sums[2], multiplier, right, offset, relu);
        out[3 * step] = (int8_t)mcutk_finish_short(sums[3], multiplier, right, offset, relu);
        return;
    }
    for (int32_t i = 0; i < 4; ++i) {
        *out = (int8_t)mcutk_finish_any(sums[i], channel, j->p);
        out += step;
    }
}

/* One row of a 3x3 window over four pixels of stride 1: six inputs, twelve products. */
#define ROW_STRIDE_1(k)                                                                                                \
    do {                                                                                                               \
        const int8_t *near = r##k + c;                                                                                 \
        const int8_t *far = near + 3 * step;                                                                           \
        const int32_t wa = weights[3 * (k)];                                                                           \
        const int32_t wb = weights[3 * (k) + 1];                                                                       \
        const int32_t wc = weights[3 * (k) + 2];                                                                       \
        int32_t x = near[0];                                                                                           \
        s0 += x * wa;                                                                                                  \
        x = near[step];                                                                                                \
        s0 += x * wb;                                                                                                  \
        s1 += x * wa;                                                                                                  \
        x = near[2 * step];                                                                                            \
        s0 += x * wc;                                                                                                  \
        s1 += x * wb;                                                                                                  \
        s2 += x * wa;                                                                                                  \
        x = far[0];                                                                                                    \
        s1 += x * wc;                                                                                                  \
        s2 += x * wb;                                                                                                  \
        s3 += x * wa;                                                                                                  \
        x = far[step];                                                                                                 \
        s2 += x * wc;                                                                                                  \
        s3 += x * wb;                                                                                                  \
        x = far[2 * step];                                                                                             \
        s3 += x * wc;                                                                                                  \
    } while (0)

static void four_pixels_stride_1(const job *j, int32_t at, int8_t *out) {
    const int32_t step = j->p->in_c;
    const int8_t *weights = j->p->weights;
    const mcutk_channel *channel = j->p->channels;
    const int8_t *r0 = j->rows[0] + at;
    const int8_t *r1 = j->rows[1] + at;
    const int8_t *r2 = j->rows[2] + at;
    for (int32_t c = 0; c < step; ++c) {
        int32_t s0 = channel->bias, s1 = s0, s2 = s0, s3 = s0;
        ROW_STRIDE_1(0);
        ROW_STRIDE_1(1);
        ROW_STRIDE_1(2);
        const int32_t sums[4] = {s0, s1, s2, s3};
        finish_four(sums, channel, j, out++);
        weights += 9;
        ++channel;
    }
}

/* The same for stride 2: nine inputs. */
#define ROW_STRIDE_2(k)                                                                                                \
    do {                                                                                                               \
        const int8_t *near = r##k + c;                                                                                 \
        const int8_t *middle = near + 3 * step;                                                                        \
        const int8_t *far = middle + 3 * step;                                                                         \
        const int32_t wa = weights[3 * (k)];                                                                           \
        const int32_t wb = weights[3 * (k) + 1];                                                                       \
        const int32_t wc = weights[3 * (k) + 2];                                                                       \
        int32_t x = near[2 * step];                                                                                    \
        s0 += near[0] * wa;                                                                                            \
        s0 += near[step] * wb;                                                                                         \
        s0 += x * wc;                                                                                                  \
        s1 += x * wa;                                                                                                  \
        s1 += middle[0] * wb;                                                                                          \
        x = middle[step];                                                                                              \
        s1 += x * wc;                                                                                                  \
        s2 += x * wa;                                                                                                  \
        s2 += middle[2 * step] * wb;                                                                                   \
        x = far[0];                                                                                                    \
        s2 += x * wc;                                                                                                  \
        s3 += x * wa;                                                                                                  \
        s3 += far[step] * wb;                                                                                          \
        s3 += far[2 * step] * wc;                                                                                      \
    } while (0)

static void four_pixels_stride_2(const job *j, int32_t at, int8_t *out) {
    const int32_t step = j->p->in_c;
    const int8_t *weights = j->p->weights;
    const mcutk_channel *channel = j->p->channels;
    const int8_t *r0 = j->rows[0] + at;
    const int8_t *r1 = j->rows[1] + at;
    const int8_t *r2 = j->rows[2] + at;
    for (int32_t c = 0; c < step; ++c) {
        int32_t s0 = channel->bias, s1 = s0, s2 = s0, s3 = s0;
        ROW_STRIDE_2(0);
        ROW_STRIDE_2(1);
        ROW_STRIDE_2(2);
        const int32_t sums[4] = {s0, s1, s2, s3};
        finish_four(sums, channel, j, out++);
        weights += 9;
        ++channel;
    }
}

static void one_row(const job *j) {
    const mcutk_conv *p = j->p;
    const int32_t step = p->stride_w * p->in_c;
    const int unrolled = p->kernel_h == 3 && p->kernel_w == 3 && p->stride_w <= 2;
    int8_t *out = j->out;
    int32_t at = 0;
    int32_t left = p->out_w;
    if (unrolled) {
        for (; left >= 4; left -= 4) {
            if (p->stride_w == 1) {
                four_pixels_stride_1(j, at, out);
            } else {
                four_pixels_stride_2(j, at, out);
            }
            at += 4 * step;
            out += 4 * p->out_c;
        }
    }
    for (; left > 0; --left) {
        one_pixel(j, at, out);
        at += step;
        out += p->out_c;
    }
}

/* Input row `y`, or padding, to a row of the ring. */
static void load_row(int8_t *row, const int8_t *in, const mcutk_conv *p, int32_t y, int32_t columns) {
    const int32_t in_c = p->in_c;
    const int32_t left = p->pad_left < columns ? p->pad_left : columns;
    const int32_t inside = columns - left < p->in_w ? columns - left : p->in_w;
    if (y < 0 || y >= p->in_h) {
        mcutk_set_bytes(row, p->in_zero_point, columns * in_c);
        return;
    }
    mcutk_set_bytes(row, p->in_zero_point, left * in_c);
    mcutk_copy_up(row + left * in_c, in + y * p->in_w * in_c, inside * in_c);
    mcutk_set_bytes(row + (left + inside) * in_c, p->in_zero_point, (columns - left - inside) * in_c);
}

void mcutk_depthwise_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    int8_t *const ring = scratch;
    const int32_t columns = (p->out_w - 1) * p->stride_w + p->kernel_w;
    const int32_t row_bytes = columns * p->in_c;
    const int32_t height = p->kernel_h;
    int32_t loaded = -p->pad_top; /* next input row to load */
    int32_t slot = 0;             /* where it goes: the oldest row of the ring */
    job j = {{0}, out, p, mcutk_finish_is_plain(p), p->act_min == p->out_zero_point};
    for (int32_t y = 0; y < p->out_h; ++y) {
        const int32_t top = y * p->stride_h - p->pad_top;
        for (; loaded < top + height; ++loaded) {
            if (loaded >= top) { /* a stride above the window's height skips rows */
                load_row(ring + slot * row_bytes, in, p, loaded, columns);
            }
            slot = slot + 1 == height ? 0 : slot + 1;
        }
        for (int32_t ky = 0; ky < height; ++ky) {
            const int32_t from = slot + ky;
            j.rows[ky] = ring + (from < height ? from : from - height) * row_bytes;
        }
        one_row(&j);
        j.out += p->out_w * p->out_c;
    }
}
