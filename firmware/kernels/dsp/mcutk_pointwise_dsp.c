#include "mcutk_pointwise_dsp.h"

#include "mcutk_gather_dsp.h"
#include "mcutk_pair_dsp.h"

/* The last `count` inputs (1 to 3) of two pixels, and zeros. */
static void mcutk_pointwise_dsp_pad(uint32_t *to, const int8_t *a, const int8_t *b, int32_t count) {
    int8_t last[8] = {0};
    for (int32_t i = 0; i < count; ++i) {
        last[i] = a[i];
        last[4 + i] = b[i];
    }
    (void)mcutk_widen_dsp(to, last, last + 4, 1);
}

/* Two pixels into the column buffer. Nothing after them is read. */
static void mcutk_pointwise_dsp_widen(uint32_t *column, const int8_t *a, const int8_t *b, int32_t in_c) {
    uint32_t *const to = mcutk_widen_dsp(column, a, b, in_c >> 2);
    if ((in_c & 3) != 0) {
        mcutk_pointwise_dsp_pad(to, a + (in_c & ~3), b + (in_c & ~3), in_c & 3);
    }
}

static inline void mcutk_pointwise_dsp_pixels(
    const int8_t *in, uint32_t *column, int32_t pixels, int32_t in_c, mcutk_pair_dsp *pair,
    mcutk_pair_dsp_fn *multiply) {
    for (; pixels > 1; pixels -= 2, in += 2 * in_c) {
        mcutk_pointwise_dsp_widen(column, in, in + in_c, in_c);
        multiply(pair, pair->out_c);
    }
    if (pixels != 0) {
        mcutk_pointwise_dsp_widen(column, in, in, in_c);
        multiply(pair, 0);
    }
}

static void mcutk_pointwise_dsp_begin(
    mcutk_pair_dsp *pair, int8_t *out, uint32_t *column, const mcutk_pointwise_gemm_dsp *p, int32_t wide) {
    pair->whole.weights = p->weights;
    pair->whole.scales = p->scales;
    pair->whole.column = column;
    pair->whole.column_end = column + ((p->in_c + 3) & ~3);
    pair->whole.rounding = 2 * p->out_zero_point + 1;
    pair->out = out;
    pair->out_c = p->out_c;
    mcutk_pair_dsp_split(pair, wide);
}

static inline void mcutk_pointwise_dsp_run(
    const int8_t *in, int8_t *out, uint32_t *column, const mcutk_pointwise_gemm_dsp *p, mcutk_pair_dsp_fn *multiply,
    int32_t wide) {
    mcutk_pair_dsp pair;
    mcutk_pointwise_dsp_begin(&pair, out, column, p, wide);
    mcutk_pointwise_dsp_pixels(in, column, p->pixels, p->in_c, &pair, multiply);
}

static inline void mcutk_pointwise_dsp_run_any(
    const int8_t *in, int8_t *out, uint32_t *column, const mcutk_pointwise_gemm_any_dsp *p,
    mcutk_pair_dsp_fn *multiply) {
    mcutk_pair_dsp pair = {.out = out, .out_c = p->out_c, .scales = p->scales};
    pair.whole.weights = p->weights;
    pair.whole.column = column;
    pair.whole.column_end = column + ((p->in_c + 3) & ~3);
    pair.out_zero_point = p->out_zero_point;
    pair.act_min = p->act_min;
    pair.act_max = p->act_max;
    mcutk_pointwise_dsp_pixels(in, column, p->pixels, p->in_c, &pair, multiply);
}

void mcutk_pointwise_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_dsp *p) {
    mcutk_pointwise_dsp_run(in, out, scratch, p, mcutk_pair_dsp_relu, 0);
}

void mcutk_pointwise_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_dsp *p) {
    mcutk_pointwise_dsp_run(in, out, scratch, p, mcutk_pair_dsp_linear, 0);
}

void mcutk_pointwise_wide_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_dsp *p) {
    mcutk_pointwise_dsp_run(in, out, scratch, p, mcutk_pair_wide_dsp_relu, 1);
}

void mcutk_pointwise_wide_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_dsp *p) {
    mcutk_pointwise_dsp_run(in, out, scratch, p, mcutk_pair_wide_dsp_linear, 1);
}

void mcutk_pointwise_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_any_dsp *p) {
    mcutk_pointwise_dsp_run_any(in, out, scratch, p, mcutk_pair_dsp_any);
}

void mcutk_pointwise_wide_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_any_dsp *p) {
    mcutk_pointwise_dsp_run_any(in, out, scratch, p, mcutk_pair_wide_dsp_any);
}
