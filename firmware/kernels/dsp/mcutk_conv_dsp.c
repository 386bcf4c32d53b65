#include "mcutk_conv_dsp.h"

#include "mcutk_dsp.h"
#include "mcutk_gemm_dsp.h"
#include "mcutk_requant.h"

/* A layer while it runs. */
typedef struct {
    const mcutk_conv *p;
    mcutk_gemm whole; /* the full groups of channels */
    mcutk_gemm rest;  /* the last group where out_c is not a multiple of 4 */
    uint32_t *column;
    int8_t *out;
    int32_t out_c;
    int32_t rest_c;      /* channels of the last group that exist */
    int32_t group_words; /* weights and biases of a group */
    int32_t *offsets;    /* where each input of a window is, in the order of the column buffer; NULL: by whole runs */
} layer;

typedef void multiply_fn(layer *l, int32_t second);

/* `wide`: weights are int16. */
static void begin(layer *l, const mcutk_conv *p, int8_t *out, void *scratch, int32_t wide) {
    const int32_t depth = (p->kernel_h * p->kernel_w * p->in_c + 3) & ~3;
    const int32_t groups = p->out_c / MCUTK_GEMM_GROUP;
    const uint32_t *const channels = (const void *)p->channels;
    l->p = p;
    l->column = scratch;
    l->out = out;
    l->out_c = p->out_c;
    l->rest_c = p->out_c % MCUTK_GEMM_GROUP;
    l->offsets = NULL;
    l->group_words = MCUTK_GEMM_GROUP + (depth << wide);
    l->whole.weights = p->weights;
    l->whole.channels = channels;
    l->whole.channels_end = channels + 5 * groups;
    l->whole.column = l->column;
    l->whole.column_end = l->column + depth;
    l->whole.rounding = 2 * p->out_zero_point + 1;
    l->rest = l->whole;
    l->rest.weights += groups * l->group_words;
    l->rest.channels = l->whole.channels_end;
    l->rest.channels_end = l->rest.channels + 5;
}

/* All channels of the pair of pixels in the column buffer. `second` is the distance of the second pixel's outputs: 0
 * where the last pixel stands alone and was gathered twice. */
static inline void multiply(layer *l, int32_t second, mcutk_gemm_fn *gemm) {
    int8_t *const out = l->out;
    l->out = out + l->out_c + second;
    if (l->whole.channels != l->whole.channels_end) {
        gemm(&l->whole, out, out + second);
    }
    if (l->rest_c != 0) {
        int8_t last[2 * MCUTK_GEMM_GROUP];
        gemm(&l->rest, last, last + MCUTK_GEMM_GROUP);
        const int32_t first = l->out_c - l->rest_c;
        for (int32_t c = 0; c < l->rest_c; ++c) {
            out[first + c] = last[c];
            out[second + first + c] = last[MCUTK_GEMM_GROUP + c];
        }
    }
}

static void multiply_relu(layer *l, int32_t second) {
    multiply(l, second, mcutk_gemm_dsp_relu);
}

static void multiply_linear(layer *l, int32_t second) {
    multiply(l, second, mcutk_gemm_dsp_linear);
}

static void multiply_wide_relu(layer *l, int32_t second) {
    multiply(l, second, mcutk_gemm_wide_dsp_relu);
}

static void multiply_wide_linear(layer *l, int32_t second) {
    multiply(l, second, mcutk_gemm_wide_dsp_linear);
}

/* Sums of the two pixels for a group of channels, [2][4]. */
typedef void sums_fn(const mcutk_gemm *g, int32_t *sums);

static inline void multiply_raw(layer *l, int32_t second, sums_fn *sum_group) {
    const mcutk_conv *const p = l->p;
    const mcutk_channel *channel = p->channels;
    mcutk_gemm g = l->whole;
    for (int32_t c = 0; c < l->out_c; c += MCUTK_GEMM_GROUP) {
        int32_t sums[2 * MCUTK_GEMM_GROUP];
        sum_group(&g, sums);
        g.weights += l->group_words;
        for (int32_t i = 0; i < MCUTK_GEMM_GROUP && c + i < l->out_c; ++i, ++channel) {
            for (int32_t pixel = 0; pixel < 2; ++pixel) {
                const int32_t sum = sums[pixel * MCUTK_GEMM_GROUP + i];
                l->out[pixel * second + c + i] = (int8_t)mcutk_finish(
                    sum, channel->multiplier, channel->shift, p->out_zero_point, p->act_min, p->act_max);
            }
        }
    }
    l->out += l->out_c + second;
}

static void multiply_any(layer *l, int32_t second) {
    multiply_raw(l, second, mcutk_gemm_dsp_raw);
}

static void multiply_wide_any(layer *l, int32_t second) {
    multiply_raw(l, second, mcutk_gemm_wide_dsp_raw);
}

/* Inputs of two pixels side by side, `words` times four of each, into the column buffer. Returns where the next ones go. */
static uint32_t *widen(uint32_t *to, const int8_t *a, const int8_t *b, int32_t words) {
#if defined(__ARM_FEATURE_DSP)
    const uint32_t *const end = to + 4 * words;
    uint32_t p, q, r, s;
    /* clang-format off */
#define FOUR_OF_EACH                                                                                                   \
    "ldr %[p], [%[a]], #4\n\t" "ldr %[q], [%[b]], #4\n\t"                                                              \
    "sxtb16 %[r], %[p]\n\t" "sxtb16 %[s], %[q]\n\t" "strd %[r], %[s], [%[to]], #16\n\t"                               \
    "sxtb16 %[p], %[p], ror #8\n\t" "sxtb16 %[q], %[q], ror #8\n\t" "strd %[p], %[q], [%[to], #-8]\n\t"
    __asm__ volatile(
        "tst %[words], #1\n\t"
        "beq 2f\n"
        "1:\n\t" FOUR_OF_EACH
        "2:\n\t"
        "cmp %[to], %[end]\n\t"
        "beq 3f\n\t" FOUR_OF_EACH
        "b 1b\n"
        "3:"
        : [to] "+r"(to), [a] "+r"(a), [b] "+r"(b), [p] "=&r"(p), [q] "=&r"(q), [r] "=&r"(r), [s] "=&r"(s)
        : [words] "r"(words), [end] "r"(end)
        : "cc", "memory");
#undef FOUR_OF_EACH
    /* clang-format on */
#else
    for (; words > 0; --words, a += 4, b += 4, to += 4) {
        const uint32_t wa = mcutk_load32(a), wb = mcutk_load32(b);
        to[0] = mcutk_sxtb16(wa);
        to[1] = mcutk_sxtb16(wb);
        to[2] = mcutk_sxtb16_odd(wa);
        to[3] = mcutk_sxtb16_odd(wb);
    }
#endif
    return to;
}

static void copy(int8_t *to, const int8_t *from, int32_t count) {
    if (count >= 4) {
        int8_t *const last = to + count - 4;
        const int8_t *const last_from = from + count - 4;
        for (; to < last; to += 4, from += 4) {
            memcpy(to, from, 4);
        }
        memcpy(last, last_from, 4); /* overlaps, so that nothing is read past the run */
        return;
    }
    for (; count > 0; --count) {
        *to++ = *from++;
    }
}

static int8_t *put_padding(int8_t *to, int8_t value, int32_t count) {
    for (; count > 0; --count) {
        *to++ = value;
    }
    return to;
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* The window whose first row and column are y and x, either of which may lie outside the image, as bytes. */
static void gather(int8_t *to, const int8_t *in, const mcutk_conv *p, int32_t y, int32_t x) {
    const int32_t in_c = p->in_c, in_w = p->in_w, wide = p->kernel_w;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky, y += p->dilation_h) {
        if (y < 0 || y >= p->in_h) {
            to = put_padding(to, p->in_zero_point, wide * in_c);
            continue;
        }
        const int8_t *const row = in + y * in_w * in_c;
        for (int32_t kx = 0, count; kx < wide; kx += count) {
            const int32_t column = x + kx * p->dilation_w;
            const int32_t most = p->dilation_w == 1 ? wide - kx : 1;
            if (column < 0) {
                count = least(most, -column);
                to = put_padding(to, p->in_zero_point, count * in_c);
            } else if (column >= in_w) {
                count = most;
                to = put_padding(to, p->in_zero_point, count * in_c);
            } else {
                count = least(most, in_w - column);
                copy(to, row + column * in_c, count * in_c);
                to += count * in_c;
            }
        }
    }
}

/* An output pixel's window. */
typedef struct {
    int32_t ox;     /* column of the pixel */
    int32_t y, x;   /* first row and column of the window */
    int32_t offset; /* its first byte, counted from the image's; meaningless outside */
    int32_t inside; /* the whole window lies in the image and nothing is dilated */
} place;

static void judge(place *at, const mcutk_conv *p) {
    at->inside = at->y >= 0 && at->x >= 0 && at->y + p->kernel_h <= p->in_h && at->x + p->kernel_w <= p->in_w &&
                 p->dilation_h == 1 && p->dilation_w == 1;
}

static void begin_row(place *at, const mcutk_conv *p, int32_t y) {
    at->ox = 0;
    at->y = y;
    at->x = -p->pad_left;
    at->offset = (at->y * p->in_w + at->x) * p->in_c;
    judge(at, p);
}

static inline void advance(place *at, const mcutk_conv *p) {
    const int32_t before = at->x;
    at->x += p->stride_w;
    at->offset += p->stride_w * p->in_c;
    if (++at->ox == p->out_w) {
        begin_row(at, p, at->y + p->stride_h);
    } else if (before < 0 || at->x + p->kernel_w > p->in_w) {
        judge(at, p);
    }
}

/* Runs of odd lengths up to this many bytes are picked one by one. */
#define SHORT_RUN 32

/* Fills l->offsets for windows whose rows are short runs of bytes. */
static void make_offsets(layer *l) {
    const mcutk_conv *const p = l->p;
    const int32_t run = p->kernel_w * p->in_c, window = run * p->kernel_h;
    const int32_t depth = (int32_t)(l->whole.column_end - l->whole.column);
    int32_t row = 0, column = 0;
    for (int32_t k = 0; k < depth; ++k) {
        const int32_t slot = (k & ~3) | (k & 1) << 1 | (k & 2) >> 1; /* 0 2 1 3 */
        l->offsets[slot] = k < window ? row + column : 0;
        if (++column == run) {
            column = 0;
            row += p->in_w * p->in_c;
        }
    }
}

/* Inputs of two windows, each by its offset, into the column buffer: 9 instructions for four. */
static void pick(uint32_t *to, const int32_t *offsets, const int32_t *end, const int8_t *a, const int8_t *b) {
#if defined(__ARM_FEATURE_DSP)
    int32_t p, q, r, s;
    /* clang-format off */
#define TWO_OF_EACH                                                                                                    \
    "ldrd %[p], %[q], [%[offsets]], #8\n\t"                                                                            \
    "ldrsb %[r], [%[a], %[p]]\n\t" "ldrsb %[s], [%[a], %[q]]\n\t"                                                      \
    "ldrsb %[p], [%[b], %[p]]\n\t" "ldrsb %[q], [%[b], %[q]]\n\t"                                                      \
    "pkhbt %[r], %[r], %[s], lsl #16\n\t" "pkhbt %[p], %[p], %[q], lsl #16\n\t"                                        \
    "strd %[r], %[p], [%[to]], #8\n\t"
    __asm__ volatile(
        "1:\n\t" TWO_OF_EACH TWO_OF_EACH
        "cmp %[offsets], %[end]\n\t"
        "bne 1b"
        : [to] "+r"(to), [offsets] "+r"(offsets), [p] "=&r"(p), [q] "=&r"(q), [r] "=&r"(r), [s] "=&r"(s)
        : [a] "r"(a), [b] "r"(b), [end] "r"(end)
        : "cc", "memory");
#undef TWO_OF_EACH
    /* clang-format on */
#else
    for (; offsets != end; offsets += 2, to += 2) {
        to[0] = ((uint32_t)a[offsets[0]] & 0xFFFFu) | (uint32_t)a[offsets[1]] << 16;
        to[1] = ((uint32_t)b[offsets[0]] & 0xFFFFu) | (uint32_t)b[offsets[1]] << 16;
    }
#endif
}

/* Windows a and b into the column buffer: straight from the image where rows are whole words or short, else as bytes
 * first, row by row. */
static void widen_windows(const layer *l, int8_t *bytes, const int8_t *in, const place *a, const place *b) {
    const mcutk_conv *const p = l->p;
    const int32_t run = p->kernel_w * p->in_c, row = p->in_w * p->in_c;
    const int32_t depth = (int32_t)(l->whole.column_end - l->whole.column);
    if (!a->inside || !b->inside) {
        gather(bytes, in, p, a->y, a->x);
        gather(bytes + depth, in, p, b->y, b->x);
        (void)widen(l->column, bytes, bytes + depth, depth >> 2);
        return;
    }
    const int8_t *from_a = in + a->offset, *from_b = in + b->offset;
    if (l->offsets != NULL) {
        pick(l->column, l->offsets, l->offsets + depth, from_a, from_b);
        return;
    }
    if ((run & 3) == 0) {
        uint32_t *to = l->column;
        for (int32_t ky = p->kernel_h; ky > 0; --ky, from_a += row, from_b += row) {
            to = widen(to, from_a, from_b, run >> 2);
        }
        return;
    }
    int8_t *to = bytes;
    for (int32_t ky = p->kernel_h; ky > 0; --ky, from_a += row, from_b += row, to += run) {
        copy(to, from_a, run);
        copy(to + depth, from_b, run);
    }
    (void)widen(l->column, bytes, bytes + depth, depth >> 2);
}

static void conv(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, multiply_fn *multiply_pair,
                 int32_t wide) {
    layer l;
    begin(&l, p, out, scratch, wide);
    const int32_t depth = (int32_t)(l.whole.column_end - l.whole.column), run = p->kernel_w * p->in_c;
    int8_t *const bytes = (int8_t *)(l.column + depth);
    if ((run & 3) != 0 && run <= SHORT_RUN) {
        l.offsets = (int32_t *)(void *)(bytes + 2 * depth);
        make_offsets(&l);
    }
    place a;
    begin_row(&a, p, -p->pad_top);
    for (int32_t pixels = p->out_h * p->out_w; pixels > 0; pixels -= 2) {
        place b = a;
        if (pixels > 1) {
            advance(&b, p);
        }
        widen_windows(&l, bytes, in, &a, &b);
        multiply_pair(&l, pixels > 1 ? l.out_c : 0);
        a = b;
        advance(&a, p);
    }
}

static void pad_last(uint32_t *to, const int8_t *a, const int8_t *b, int32_t count) {
    int8_t last[8] = {0};
    for (int32_t i = 0; i < count; ++i) {
        last[i] = a[i];
        last[4 + i] = b[i];
    }
    (void)widen(to, last, last + 4, 1);
}

/* Two pixels that are runs of bytes. Nothing after them is read. */
static void widen_pixels(const layer *l, const int8_t *a, const int8_t *b) {
    const int32_t in_c = l->p->in_c;
    uint32_t *const to = widen(l->column, a, b, in_c >> 2);
    if ((in_c & 3) != 0) {
        pad_last(to, a + (in_c & ~3), b + (in_c & ~3), in_c & 3);
    }
}

static inline void pointwise(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p,
                             multiply_fn *multiply_pair, int32_t wide) {
    layer l;
    begin(&l, p, out, scratch, wide);
    const int32_t in_c = p->in_c;
    int32_t pixels = p->out_h * p->out_w;
    for (; pixels > 1; pixels -= 2, in += 2 * in_c) {
        widen_pixels(&l, in, in + in_c);
        multiply_pair(&l, l.out_c);
    }
    if (pixels != 0) {
        widen_pixels(&l, in, in);
        multiply_pair(&l, 0);
    }
}

void mcutk_pointwise_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_relu, 0);
}

void mcutk_pointwise_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_linear, 0);
}

void mcutk_pointwise_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_any, 0);
}

void mcutk_pointwise_wide_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_wide_relu, 1);
}

void mcutk_pointwise_wide_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_wide_linear, 1);
}

void mcutk_pointwise_wide_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_wide_any, 1);
}

void mcutk_conv_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_relu, 0);
}

void mcutk_conv_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_linear, 0);
}

void mcutk_conv_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_any, 0);
}

void mcutk_conv_wide_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_wide_relu, 1);
}

void mcutk_conv_wide_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_wide_linear, 1);
}

void mcutk_conv_wide_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_wide_any, 1);
}
