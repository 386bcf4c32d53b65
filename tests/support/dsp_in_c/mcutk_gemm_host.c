/* mcutk_gemm_dsp.S in C: the same packing and results, for tests on a host under sanitizers. */
#include "mcutk_gemm_dsp.h"

#include "mcutk_requant.h"

static int32_t low_half(uint32_t word) {
    return (int16_t)(word & 0xFFFFu);
}

static int32_t high_half(uint32_t word) {
    return (int16_t)(word >> 16);
}

static int32_t low_byte(uint32_t word, int shift) {
    return (int8_t)((word >> shift) & 0xFFu);
}

/* Sums of one group, [pixel][channel], modulo 2^32 as the instructions make them. */
static const uint32_t *group_sums(const mcutk_gemm *g, const uint32_t *weights, int32_t sums[8]) {
    uint32_t acc[8];
    for (int i = 0; i < 8; ++i) {
        acc[i] = weights[i & 3];
    }
    weights += MCUTK_GROUP;
    for (const uint32_t *x = g->column; x != g->column_end; x += 2, weights += 2) {
        for (int i = 0; i < 4; ++i) {
            const uint32_t w = weights[i & 1], v = x[i >> 1];
            uint32_t *pair = acc + (i >> 1) * 4 + (i & 1) * 2;
            pair[0] += (uint32_t)(low_half(w) * low_half(v)) + (uint32_t)(high_half(w) * high_half(v));
            pair[1] += (uint32_t)(low_byte(w, 0) * low_half(v)) + (uint32_t)(low_byte(w, 16) * high_half(v));
        }
    }
    for (int i = 0; i < 8; i += 2) {
        sums[i] = (int32_t)(acc[i] - acc[i + 1]) >> 8;
        sums[i + 1] = (int32_t)acc[i + 1];
    }
    return weights;
}

static const uint32_t *wide_sums(const mcutk_gemm *g, const uint32_t *weights, int32_t sums[8]) {
    uint32_t acc[8];
    for (int i = 0; i < 8; ++i) {
        acc[i] = weights[i & 3];
    }
    weights += MCUTK_GROUP;
    for (const uint32_t *x = g->column; x != g->column_end; x += 2, weights += 4) {
        for (int i = 0; i < 8; ++i) {
            const uint32_t w = weights[i & 3], v = x[i >> 2];
            acc[i] += (uint32_t)(low_half(w) * low_half(v)) + (uint32_t)(high_half(w) * high_half(v));
        }
    }
    for (int i = 0; i < 8; ++i) {
        sums[i] = (int32_t)acc[i];
    }
    return weights;
}

typedef const uint32_t *sums_fn(const mcutk_gemm *g, const uint32_t *weights, int32_t sums[8]);

static void gemm(const mcutk_gemm *g, int8_t *out0, int8_t *out1, sums_fn *next_sums) {
    const uint32_t *weights = g->weights;
    for (const mcutk_scales_dsp *scales = g->scales; scales != g->scales_end; ++scales) {
        int32_t sums[8];
        weights = next_sums(g, weights, sums);
        for (int i = 0; i < 8; ++i) {
            const int32_t right = (int32_t)((scales->right_shifts >> (8 * (i & 3))) & 0xFFu) + 1;
            const int32_t scaled = mcutk_requantize(sums[i], scales->multipliers[i & 3], -right);
            *(i < 4 ? out0++ : out1++) = (int8_t)mcutk_clamp(scaled + ((g->rounding - 1) >> 1), -128, 127);
        }
    }
}

void mcutk_gemm_dsp_relu(const mcutk_gemm *g, int8_t *out0, int8_t *out1) {
    gemm(g, out0, out1, group_sums);
}

void mcutk_gemm_dsp_linear(const mcutk_gemm *g, int8_t *out0, int8_t *out1) {
    gemm(g, out0, out1, group_sums);
}

void mcutk_gemm_dsp_raw(const mcutk_gemm *g, int32_t *sums) {
    (void)group_sums(g, g->weights, sums);
}

void mcutk_gemm_wide_dsp_relu(const mcutk_gemm *g, int8_t *out0, int8_t *out1) {
    gemm(g, out0, out1, wide_sums);
}

void mcutk_gemm_wide_dsp_linear(const mcutk_gemm *g, int8_t *out0, int8_t *out1) {
    gemm(g, out0, out1, wide_sums);
}

void mcutk_gemm_wide_dsp_raw(const mcutk_gemm *g, int32_t *sums) {
    (void)wide_sums(g, g->weights, sums);
}
