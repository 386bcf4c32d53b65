#include "mcutk_depthwise_rows.h"

#include "mcutk_copy.h"
#include "mcutk_finish.h"

#define MAX_ROWS 16

/* Keeps GCC from giving each tap a pointer of its own, which would cost more registers than there are. */
#if defined(__GNUC__)
#define HIDE(pointer) __asm__("" : "+r"(pointer))
#else
#define HIDE(pointer) (void)0
#endif

/* One row of outputs: the padded input rows under it, top first. */
typedef struct {
    const int8_t *rows[MAX_ROWS];
    const mcutk_conv *p;
} job;

/* Sums of `channels` channels from `c` on, biases included: sums[4 * channel + pixel]. `at` is the offset of the first tap of
 * the first pixel in a row, channel 0. */
typedef void sum_function(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums);

/* One pixel, any window. */
static void one_pixel(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const mcutk_conv *p = j->p;
    const int32_t step = p->in_c;
    const int8_t *weights = (const int8_t *)p->weights + c * p->kernel_h * p->kernel_w;
    for (const int32_t end = c + channels; c < end; ++c) {
        int32_t sum = mcutk_finish_channels(p)[c].bias;
        for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
            const int8_t *tap = j->rows[ky] + at + c;
            for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
                sum += *tap * *weights++;
                tap += step;
            }
        }
        *sums = sum;
        sums += 4;
    }
}

/* One pixel, 3x3. */
static void one_pixel_3x3(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const int32_t step = j->p->in_c;
    const int8_t *w = (const int8_t *)j->p->weights + 9 * c;
    const mcutk_channel *channel = mcutk_finish_channels(j->p) + c;
    const int8_t *r0 = j->rows[0] + at + c;
    const int8_t *r1 = j->rows[1] + at + c;
    const int8_t *r2 = j->rows[2] + at + c;
    for (const int32_t *end = sums + 4 * channels; sums != end; sums += 4) {
        int32_t sum = channel->bias;
        sum += r0[0] * w[0] + r0[step] * w[1] + r0[2 * step] * w[2];
        sum += r1[0] * w[3] + r1[step] * w[4] + r1[2 * step] * w[5];
        sum += r2[0] * w[6] + r2[step] * w[7] + r2[2 * step] * w[8];
        *sums = sum;
        w += 9;
        ++channel;
        ++r0;
        ++r1;
        ++r2;
    }
}

/* One row of a 3x3 window over four pixels of stride 1: six inputs, twelve products. */
#define ROW_STRIDE_1(k)                                                                                                \
    do {                                                                                                               \
        const int8_t *near = rows[k] + at;                                                                             \
        HIDE(near);                                                                                                    \
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

static void four_pixels_stride_1(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const int32_t step = j->p->in_c;
    const int8_t *weights = (const int8_t *)j->p->weights + 9 * c;
    const mcutk_channel *channel = mcutk_finish_channels(j->p) + c;
    const int8_t *const *rows = j->rows;
    at += c;
    for (const int32_t *end = sums + 4 * channels; sums != end; sums += 4) {
        int32_t s0 = channel->bias, s1 = s0, s2 = s0, s3 = s0;
        ROW_STRIDE_1(0);
        ROW_STRIDE_1(1);
        ROW_STRIDE_1(2);
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        weights += 9;
        ++channel;
        ++at;
    }
}

/* The same for stride 2: nine inputs. */
#define ROW_STRIDE_2(k)                                                                                                \
    do {                                                                                                               \
        const int8_t *near = rows[k] + at;                                                                             \
        HIDE(near);                                                                                                    \
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

static void four_pixels_stride_2(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const int32_t step = j->p->in_c;
    const int8_t *weights = (const int8_t *)j->p->weights + 9 * c;
    const mcutk_channel *channel = mcutk_finish_channels(j->p) + c;
    const int8_t *const *rows = j->rows;
    at += c;
    for (const int32_t *end = sums + 4 * channels; sums != end; sums += 4) {
        int32_t s0 = channel->bias, s1 = s0, s2 = s0, s3 = s0;
        ROW_STRIDE_2(0);
        ROW_STRIDE_2(1);
        ROW_STRIDE_2(2);
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        weights += 9;
        ++channel;
        ++at;
    }
}

/* `count` pixels from offset `at` on, all channels. */
static void pixels(const job *j, sum_function *sum, int32_t at, int32_t count, int8_t *out) {
    const int32_t all = j->p->in_c;
    const mcutk_channel *table = mcutk_finish_channels(j->p);
    int32_t sums[4 * MCUTK_BLOCK_CHANNELS];
    for (int32_t c = 0; c < all; c += MCUTK_BLOCK_CHANNELS) {
        const int32_t channels = all - c < MCUTK_BLOCK_CHANNELS ? all - c : MCUTK_BLOCK_CHANNELS;
        sum(j, at, c, channels, sums);
        mcutk_finish_block(sums, out + c, j->p, table + c, table + c + channels, count);
    }
}

static void one_row(const job *j, int8_t *out) {
    const mcutk_conv *p = j->p;
    const int32_t step = p->stride_w * p->in_c;
    const int is_3x3 = p->kernel_h == 3 && p->kernel_w == 3;
    int32_t at = 0;
    int32_t left = p->out_w;
    if (is_3x3 && p->stride_w <= 2) {
        for (; left >= 4; left -= 4) {
            pixels(j, p->stride_w == 1 ? four_pixels_stride_1 : four_pixels_stride_2, at, 4, out);
            at += 4 * step;
            out += 4 * p->out_c;
        }
    }
    for (; left > 0; --left) {
        pixels(j, is_3x3 ? one_pixel_3x3 : one_pixel, at, 1, out);
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
    job j = {{0}, p};
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
        one_row(&j, out);
        out += p->out_w * p->out_c;
    }
}
