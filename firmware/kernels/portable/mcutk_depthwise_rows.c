#include "mcutk_depthwise_rows.h"

#include "mcutk_copy.h"
#include "mcutk_finish.h"

#define MAX_ROWS 16

/* Prevents GCC from giving each tap its own pointer, which needs more registers than there are. */
#if defined(__GNUC__)
#define HIDE(pointer) __asm__("" : "+r"(pointer))
#else
#define HIDE(pointer) (void)0
#endif

/* One row of outputs. */
typedef struct {
    const int8_t *rows[MAX_ROWS]; /* the padded input rows that it needs, top first */
    const mcutk_depthwise_rows *p;
    mcutk_finish_layer finish;
} job;

/* Sums of `channels` channels from `c` on, biases included: sums[4 * channel + pixel]. `at` is the offset of the first tap of
 * the first pixel in a row, channel 0. */
typedef void sum_function(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums);

/* One pixel, any window. */
static void mcutk_depthwise_rows_one(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const mcutk_depthwise_shape *const s = &j->p->shape;
    const int32_t step = s->channels;
    const int8_t *weights = j->p->weights + c * s->kernel_h * s->kernel_w;
    for (const int32_t end = c + channels; c < end; ++c) {
        int32_t sum = j->p->channels[c].bias;
        for (int32_t ky = 0; ky < s->kernel_h; ++ky) {
            const int8_t *tap = j->rows[ky] + at + c;
            for (int32_t kx = 0; kx < s->kernel_w; ++kx) {
                sum += *tap * *weights++;
                tap += step;
            }
        }
        *sums = sum;
        sums += 4;
    }
}

/* One pixel, 3x3. */
static void mcutk_depthwise_rows_one_3x3(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const int32_t step = j->p->shape.channels;
    const int8_t *w = j->p->weights + 9 * c;
    const mcutk_channel *channel = j->p->channels + c;
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

static void mcutk_depthwise_rows_four_stride_1(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const int32_t step = j->p->shape.channels;
    const int8_t *weights = j->p->weights + 9 * c;
    const mcutk_channel *channel = j->p->channels + c;
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

static void mcutk_depthwise_rows_four_stride_2(const job *j, int32_t at, int32_t c, int32_t channels, int32_t *sums) {
    const int32_t step = j->p->shape.channels;
    const int8_t *weights = j->p->weights + 9 * c;
    const mcutk_channel *channel = j->p->channels + c;
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
static void mcutk_depthwise_rows_pixels(const job *j, sum_function *sum, int32_t at, int32_t count, int8_t *out) {
    const int32_t all = j->p->shape.channels;
    const mcutk_channel *const table = j->p->channels;
    int32_t sums[4 * MCUTK_BLOCK_CHANNELS];
    for (int32_t c = 0; c < all; c += MCUTK_BLOCK_CHANNELS) {
        const int32_t channels = all - c < MCUTK_BLOCK_CHANNELS ? all - c : MCUTK_BLOCK_CHANNELS;
        sum(j, at, c, channels, sums);
        mcutk_finish_block(sums, out + c, &j->finish, table + c, table + c + channels, count);
    }
}

static void mcutk_depthwise_rows_output_row(const job *j, int8_t *out) {
    const mcutk_depthwise_shape *const s = &j->p->shape;
    const int32_t step = s->stride_w * s->channels;
    const int is_3x3 = s->kernel_h == 3 && s->kernel_w == 3;
    int32_t at = 0;
    int32_t left = s->out_w;
    if (is_3x3 && s->stride_w <= 2) {
        sum_function *const four =
            s->stride_w == 1 ? mcutk_depthwise_rows_four_stride_1 : mcutk_depthwise_rows_four_stride_2;
        for (; left >= 4; left -= 4) {
            mcutk_depthwise_rows_pixels(j, four, at, 4, out);
            at += 4 * step;
            out += 4 * s->channels;
        }
    }
    for (; left > 0; --left) {
        mcutk_depthwise_rows_pixels(j, is_3x3 ? mcutk_depthwise_rows_one_3x3 : mcutk_depthwise_rows_one, at, 1, out);
        at += step;
        out += s->channels;
    }
}

static void mcutk_depthwise_rows_set(int8_t *row, int32_t value, int32_t bytes) {
    mcutk_set_bytes((uint8_t *)row, value, bytes);
}

/* Input row `y`, or padding, to a row of the ring. */
static void mcutk_depthwise_rows_load(int8_t *row, const int8_t *in, const mcutk_depthwise_shape *s, int32_t y,
                                      int32_t columns) {
    const int32_t channels = s->channels;
    const int32_t left = s->pad_left < columns ? s->pad_left : columns;
    const int32_t inside = columns - left < s->in_w ? columns - left : s->in_w;
    if (y < 0 || y >= s->in_h) {
        mcutk_depthwise_rows_set(row, s->in_zero_point, columns * channels);
        return;
    }
    mcutk_depthwise_rows_set(row, s->in_zero_point, left * channels);
    row += left * channels;
    mcutk_copy_up((uint8_t *)row, (const uint8_t *)(in + y * s->in_w * channels), inside * channels);
    mcutk_depthwise_rows_set(row + inside * channels, s->in_zero_point, (columns - left - inside) * channels);
}

void mcutk_depthwise_rows_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_rows *p) {
    const mcutk_depthwise_shape *const s = &p->shape;
    int8_t *const ring = scratch;
    const int32_t columns = (s->out_w - 1) * s->stride_w + s->kernel_w;
    const int32_t row_bytes = columns * s->channels;
    const int32_t height = s->kernel_h;
    int32_t loaded = -s->pad_top; /* next input row to load */
    int32_t slot = 0;             /* where it goes: the oldest row of the ring */
    job j = {{0}, p, {p->finish, s->channels, s->out_zero_point, s->act_min, s->act_max}};
    for (int32_t y = 0; y < s->out_h; ++y) {
        const int32_t top = y * s->stride_h - s->pad_top;
        for (; loaded < top + height; ++loaded) {
            if (loaded >= top) { /* a stride above the window's height skips rows */
                mcutk_depthwise_rows_load(ring + slot * row_bytes, in, s, loaded, columns);
            }
            slot = slot + 1 == height ? 0 : slot + 1;
        }
        for (int32_t ky = 0; ky < height; ++ky) {
            const int32_t from = slot + ky;
            j.rows[ky] = ring + (from < height ? from : from - height) * row_bytes;
        }
        mcutk_depthwise_rows_output_row(&j, out);
        out += s->out_w * s->channels;
    }
}
