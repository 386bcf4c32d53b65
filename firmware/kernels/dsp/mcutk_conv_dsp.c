#include "mcutk_conv_dsp.h"

#include "mcutk_gather_dsp.h"
#include "mcutk_pair_dsp.h"

/* Rows of a window that are not whole words and have at most this many bytes are picked byte by byte. */
#define SHORT_RUN 32

/* The window of an output pixel. */
typedef struct {
    int32_t ox;     /* column of the pixel */
    int32_t y, x;   /* first row and column of the window */
    int32_t offset; /* of its first byte from the image's first; meaningless outside the image */
    int32_t inside; /* the whole window lies in the image and nothing is dilated */
} mcutk_conv_dsp_window;

/* Scratch. */
typedef struct {
    uint32_t *column;  /* [depth], the column buffer */
    uint32_t *offsets; /* [depth], of each input from a window's first, in the order of the column buffer; or NULL */
    int8_t *bytes;     /* [2][depth], two windows */
    int32_t depth;
} mcutk_conv_dsp_scratch;

/* Sets `inside`. */
static void mcutk_conv_dsp_locate(mcutk_conv_dsp_window *at, const mcutk_conv_shape *s) {
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

static void mcutk_conv_dsp_make_offsets(uint32_t *offsets, int32_t depth, const mcutk_conv_shape *s) {
    const int32_t run = s->kernel_w * s->in_c, window = run * s->kernel_h;
    int32_t row = 0, column = 0;
    for (int32_t k = 0; k < depth; ++k) {
        const int32_t slot = (k & ~3) | (k & 1) << 1 | (k & 2) >> 1; /* 0 2 1 3 */
        offsets[slot] = k < window ? (uint32_t)(row + column) : 0u;
        if (++column == run) {
            column = 0;
            row += s->in_w * s->in_c;
        }
    }
}

/* Windows a and b into the column buffer: straight from the image where their rows are whole words or short, otherwise
 * collected as bytes first. */
static void mcutk_conv_dsp_widen(const mcutk_conv_dsp_scratch *m, const int8_t *in, const mcutk_conv_shape *s,
                                 const mcutk_conv_dsp_window *a, const mcutk_conv_dsp_window *b) {
    const int32_t run = s->kernel_w * s->in_c, row = s->in_w * s->in_c, depth = m->depth;
    if (!a->inside || !b->inside) {
        mcutk_gather_dsp_window(m->bytes, in, s, a->y, a->x);
        mcutk_gather_dsp_window(m->bytes + depth, in, s, b->y, b->x);
        (void)mcutk_widen_dsp(m->column, m->bytes, m->bytes + depth, depth >> 2);
        return;
    }
    const int8_t *from_a = in + a->offset, *from_b = in + b->offset;
    if (m->offsets != NULL) {
        mcutk_pick_dsp(m->column, m->offsets, m->offsets + depth, from_a, from_b);
        return;
    }
    if ((run & 3) == 0) {
        uint32_t *to = m->column;
        for (int32_t ky = s->kernel_h; ky > 0; --ky, from_a += row, from_b += row) {
            to = mcutk_widen_dsp(to, from_a, from_b, run >> 2);
        }
        return;
    }
    mcutk_gather_dsp_rows(m->bytes, from_a, s->kernel_h, run, row);
    mcutk_gather_dsp_rows(m->bytes + depth, from_b, s->kernel_h, run, row);
    (void)mcutk_widen_dsp(m->column, m->bytes, m->bytes + depth, depth >> 2);
}

static mcutk_conv_dsp_scratch mcutk_conv_dsp_divide(uint32_t *scratch, const mcutk_conv_shape *s) {
    const int32_t run = s->kernel_w * s->in_c;
    mcutk_conv_dsp_scratch m = {.column = scratch, .depth = (run * s->kernel_h + 3) & ~3};
    uint32_t *rest = scratch + m.depth;
    if ((run & 3) != 0 && run <= SHORT_RUN) {
        m.offsets = rest;
        mcutk_conv_dsp_make_offsets(m.offsets, m.depth, s);
        rest += m.depth;
    }
    m.bytes = (int8_t *)rest;
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

static void mcutk_conv_dsp_run(const int8_t *in, int8_t *out, uint32_t *scratch, const mcutk_conv_gemm_dsp *p,
                               mcutk_pair_dsp_fn *multiply, int32_t wide) {
    const mcutk_conv_dsp_scratch m = mcutk_conv_dsp_divide(scratch, &p->shape);
    mcutk_pair_dsp pair = {.out = out, .out_c = p->shape.out_c};
    pair.whole.weights = p->weights;
    pair.whole.scales = p->scales;
    pair.whole.column = m.column;
    pair.whole.column_end = m.column + m.depth;
    pair.whole.rounding = 2 * p->shape.out_zero_point + 1;
    mcutk_pair_dsp_split(&pair, wide);
    mcutk_conv_dsp_pixels(in, &p->shape, &m, &pair, multiply);
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
    mcutk_conv_dsp_run(in, out, scratch, p, mcutk_pair_dsp_relu, 0);
}

void mcutk_conv_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, mcutk_pair_dsp_linear, 0);
}

void mcutk_conv_wide_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, mcutk_pair_wide_dsp_relu, 1);
}

void mcutk_conv_wide_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p) {
    mcutk_conv_dsp_run(in, out, scratch, p, mcutk_pair_wide_dsp_linear, 1);
}

void mcutk_conv_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_any_dsp *p) {
    mcutk_conv_dsp_run_any(in, out, scratch, p, mcutk_pair_dsp_any);
}

void mcutk_conv_wide_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_any_dsp *p) {
    mcutk_conv_dsp_run_any(in, out, scratch, p, mcutk_pair_wide_dsp_any);
}
