#include "mcutk_conv_dsp.h"

#include "mcutk_gather_dsp.h"
#include "mcutk_pair_dsp.h"

/* The window of an output pixel. */
typedef struct {
    int32_t ox;     /* column of the pixel */
    int32_t y, x;   /* first row and column of the window */
    int32_t offset; /* of its first byte from the image's first; meaningless outside the image */
    int32_t inside; /* the whole window lies in the image and nothing is dilated */
} mcutk_conv_dsp_window;

/* Scratch. */
typedef struct {
    uint32_t *column; /* [depth], the column buffer */
    uint32_t *tails;  /* [2][tail], offsets from a window's first input of the inputs behind the whole words of its rows, in
                       * the order of the column buffer: in the image, and in a window of its own */
    int8_t *bytes;    /* [2][depth], two windows */
    int32_t depth, fours, tail; /* fours: whole words of a row; tail: a multiple of 4 */
} mcutk_conv_dsp_scratch;

/* Sets `inside`. */
__attribute__((noinline)) static void mcutk_conv_dsp_locate(mcutk_conv_dsp_window *at, const mcutk_conv_shape *s) {
    at->inside = at->y >= 0 && at->x >= 0 && at->y + s->kernel_h <= s->in_h && at->x + s->kernel_w <= s->in_w &&
                 s->dilation_h == 1 && s->dilation_w == 1;
}

static void mcutk_conv_dsp_begin_row(mcutk_conv_dsp_window *at, const mcutk_conv_shape *s, int32_t y) {
    at->ox = 0;
    at->y = y;
    at->x = -s->pad_left;
    at->offset = (at->y * s->in_w + at->x) * s->in_c;
    mcutk_conv_dsp_locate(at, s);
}

static inline void mcutk_conv_dsp_advance(mcutk_conv_dsp_window *at, const mcutk_conv_shape *s) {
    const int32_t before = at->x;
    at->x += s->stride_w;
    at->offset += s->stride_w * s->in_c;
    if (++at->ox == s->out_w) {
        mcutk_conv_dsp_begin_row(at, s, at->y + s->stride_h);
    } else if (before < 0 || at->x + s->kernel_w > s->in_w) {
        mcutk_conv_dsp_locate(at, s);
    }
}

/* Offsets of the inputs behind the whole words of the rows of a window; `row`: bytes from row to row. */
static void mcutk_conv_dsp_make_tail(const mcutk_conv_dsp_scratch *m, uint32_t *to, const mcutk_conv_shape *s, int32_t row) {
    const int32_t words = 4 * m->fours, rest = s->kernel_w * s->in_c - words;
    int32_t first = words, at = 0;
    for (int32_t k = 0; k < m->tail; ++k) {
        const int32_t slot = (k & ~3) | (k & 1) << 1 | (k & 2) >> 1; /* 0 2 1 3 */
        to[slot] = k < rest * s->kernel_h ? (uint32_t)(first + at) : 0u;
        if (++at == rest) {
            at = 0;
            first += row;
        }
    }
}

/* Windows a and b into the column buffer. `row`: bytes from row to row */
static void mcutk_conv_dsp_fill(const mcutk_conv_dsp_scratch *m, const int8_t *a, const int8_t *b, int32_t rows, int32_t row,
                                const uint32_t *tail) {
    uint32_t *to = m->column;
    if (m->fours != 0) {
        to = mcutk_widen_rows_dsp(to, a, b, m->fours, rows, row - 4 * m->fours);
    }
    if (m->tail != 0) {
        mcutk_pick_dsp(to, tail, tail + m->tail, a, b);
    }
}

/* The same of windows that may lie outside the image, which are collected first. */
static void mcutk_conv_dsp_widen(const mcutk_conv_dsp_scratch *m, const int8_t *in, const mcutk_conv_shape *s,
                                 const mcutk_conv_dsp_window *a, const mcutk_conv_dsp_window *b) {
    if (a->inside && b->inside) {
        mcutk_conv_dsp_fill(m, in + a->offset, in + b->offset, s->kernel_h, s->in_w * s->in_c, m->tails);
        return;
    }
    mcutk_gather_dsp_window(m->bytes, in, s, a->y, a->x);
    mcutk_gather_dsp_window(m->bytes + m->depth, in, s, b->y, b->x);
    mcutk_conv_dsp_fill(m, m->bytes, m->bytes + m->depth, s->kernel_h, s->kernel_w * s->in_c, m->tails + m->tail);
}

static mcutk_conv_dsp_scratch mcutk_conv_dsp_divide(uint32_t *scratch, const mcutk_conv_shape *s) {
    const int32_t run = s->kernel_w * s->in_c;
    mcutk_conv_dsp_scratch m = {.column = scratch, .depth = (run * s->kernel_h + 3) & ~3, .fours = run >> 2};
    m.tail = ((run & 3) * s->kernel_h + 3) & ~3;
    m.tails = scratch + m.depth;
    m.bytes = (int8_t *)(m.tails + 2 * m.tail);
    mcutk_conv_dsp_make_tail(&m, m.tails, s, s->in_w * s->in_c);
    mcutk_conv_dsp_make_tail(&m, m.tails + m.tail, s, run);
    return m;
}

/* All pixels. */
static void mcutk_conv_dsp_pixels(const int8_t *in, const mcutk_conv_shape *s, const mcutk_conv_dsp_scratch *m,
                                  mcutk_pair_dsp *pair, mcutk_pair_dsp_fn *multiply) {
    mcutk_conv_dsp_window a;
    mcutk_conv_dsp_begin_row(&a, s, -s->pad_top);
    for (int32_t pixels = s->out_h * s->out_w; pixels > 0; pixels -= 2) {
        mcutk_conv_dsp_window b = a;
        if (pixels > 1) {
            mcutk_conv_dsp_advance(&b, s);
        }
        mcutk_conv_dsp_widen(m, in, s, &a, &b);
        multiply(pair, pixels > 1 ? pair->out_c : 0);
        a = b;
        mcutk_conv_dsp_advance(&a, s);
    }
}

/* `shape`: that of p, or the same of a padded image */
static void mcutk_conv_dsp_run(const int8_t *in, int8_t *out, uint32_t *scratch, const mcutk_conv_gemm_dsp *p,
                               const mcutk_conv_shape *shape, mcutk_pair_dsp_fn *multiply, int32_t wide) {
    const mcutk_conv_dsp_scratch m = mcutk_conv_dsp_divide(scratch, shape);
    mcutk_pair_dsp pair = {.out = out, .out_c = shape->out_c};
    pair.whole.weights = p->weights;
    pair.whole.scales = p->scales;
    pair.whole.column = m.column;
    pair.whole.column_end = m.column + m.depth;
    pair.whole.rounding = 2 * shape->out_zero_point + 1;
    mcutk_pair_dsp_split(&pair, wide);
    mcutk_conv_dsp_pixels(in, shape, &m, &pair, multiply);
}

static void mcutk_conv_dsp_run_any(const int8_t *in, int8_t *out, uint32_t *scratch, const mcutk_conv_gemm_any_dsp *p,
                                   mcutk_pair_dsp_fn *multiply) {
    const mcutk_conv_dsp_scratch m = mcutk_conv_dsp_divide(scratch, &p->shape);
    mcutk_pair_dsp pair = {.out = out, .out_c = p->shape.out_c, .scales = p->scales};
    pair.whole.weights = p->weights;
    pair.whole.column = m.column;
    pair.whole.column_end = m.column + m.depth;
    pair.out_zero_point = p->shape.out_zero_point;
    pair.act_min = p->shape.act_min;
    pair.act_max = p->shape.act_max;
    mcutk_conv_dsp_pixels(in, &p->shape, &m, &pair, multiply);
}

void mcutk_conv_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, &p->shape, mcutk_pair_dsp_relu, 0);
}

void mcutk_conv_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, &p->shape, mcutk_pair_dsp_linear, 0);
}

void mcutk_conv_wide_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, &p->shape, mcutk_pair_wide_dsp_relu, 1);
}

void mcutk_conv_wide_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, &p->shape, mcutk_pair_wide_dsp_linear, 1);
}

void mcutk_conv_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_any_dsp *p) {
    mcutk_conv_dsp_run_any(in, out, scratch, p, mcutk_pair_dsp_any);
}

void mcutk_conv_wide_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_any_dsp *p) {
    mcutk_conv_dsp_run_any(in, out, scratch, p, mcutk_pair_wide_dsp_any);
}

/* Copies the image and its padding to scratch first: as one window, which is as large as all windows together. */
static void mcutk_conv_dsp_run_padded(const int8_t *in, int8_t *out, int8_t *scratch, const mcutk_conv_gemm_dsp *p,
                                      mcutk_pair_dsp_fn *multiply) {
    mcutk_conv_shape s = p->shape;
    const int32_t tall = (s.out_h - 1) * s.stride_h + s.kernel_h, wide = (s.out_w - 1) * s.stride_w + s.kernel_w;
    s.kernel_h = (uint8_t)tall;
    s.kernel_w = (uint8_t)wide;
    mcutk_gather_dsp_window(scratch, in, &s, -s.pad_top, -s.pad_left);
    s = p->shape;
    s.in_h = (uint16_t)tall;
    s.in_w = (uint16_t)wide;
    s.pad_top = 0;
    s.pad_left = 0;
    const int32_t bytes = (tall * wide * s.in_c + 3) & ~3;
    mcutk_conv_dsp_run(scratch, out, (uint32_t *)(void *)(scratch + bytes), p, &s, multiply, 0);
}

void mcutk_conv_padded_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run_padded(in, out, scratch, p, mcutk_pair_dsp_relu);
}

void mcutk_conv_padded_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run_padded(in, out, scratch, p, mcutk_pair_dsp_linear);
}
