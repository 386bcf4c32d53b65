/* All output channels of two pixels whose windows are in the column buffer (mcutk_gemm_dsp.h). */
#ifndef MCUTK_PAIR_DSP_H
#define MCUTK_PAIR_DSP_H

#include "mcutk_gemm_dsp.h"

/* A convolution while it runs. */
typedef struct {
    mcutk_gemm whole; /* the full groups of channels; any: the first group */
    mcutk_gemm rest;  /* the last group where out_c is not a multiple of 4; any: not used */
    int8_t *out;      /* of the next pixel */
    int32_t out_c;
    int32_t rest_c;   /* channels of the last group that exist; any: not used */
    /* any: how sums become outputs */
    const mcutk_scale_dsp *scales; /* [out_c] */
    int32_t out_zero_point, act_min, act_max;
} mcutk_pair_dsp;

/* Writes the pair's outputs and advances `out` past them. `second` is the distance in bytes from the first pixel's
 * outputs to the second's: out_c, or 0 where one pixel is left, which is in the column buffer twice. */
typedef void mcutk_pair_dsp_fn(mcutk_pair_dsp *pair, int32_t second);

/* 32-bit words of a group's weights and biases. `wide`: 1 for the wide packing. */
static inline int32_t mcutk_pair_dsp_group_words(const mcutk_pair_dsp *pair, int32_t wide) {
    return MCUTK_GROUP + ((int32_t)(pair->whole.column_end - pair->whole.column) << wide);
}

/* relu, linear: completes `whole`, which holds everything but the end of its scales, and makes `rest` and `rest_c`. */
void mcutk_pair_dsp_split(mcutk_pair_dsp *pair, int32_t wide);

static inline void mcutk_pair_dsp_multiply(mcutk_pair_dsp *pair, int32_t second, mcutk_gemm_fn *gemm) {
    int8_t *const out = pair->out;
    pair->out = out + pair->out_c + second;
    if (pair->whole.scales != pair->whole.scales_end) {
        gemm(&pair->whole, out, out + second);
    }
    if (pair->rest_c != 0) {
        int8_t last[2 * MCUTK_GROUP];
        gemm(&pair->rest, last, last + MCUTK_GROUP);
        const int32_t first = pair->out_c - pair->rest_c;
        for (int32_t c = 0; c < pair->rest_c; ++c) {
            out[first + c] = last[c];
            out[second + first + c] = last[MCUTK_GROUP + c];
        }
    }
}

static inline void mcutk_pair_dsp_relu(mcutk_pair_dsp *pair, int32_t second) {
    mcutk_pair_dsp_multiply(pair, second, mcutk_gemm_dsp_relu);
}

static inline void mcutk_pair_dsp_linear(mcutk_pair_dsp *pair, int32_t second) {
    mcutk_pair_dsp_multiply(pair, second, mcutk_gemm_dsp_linear);
}

static inline void mcutk_pair_wide_dsp_relu(mcutk_pair_dsp *pair, int32_t second) {
    mcutk_pair_dsp_multiply(pair, second, mcutk_gemm_wide_dsp_relu);
}

static inline void mcutk_pair_wide_dsp_linear(mcutk_pair_dsp *pair, int32_t second) {
    mcutk_pair_dsp_multiply(pair, second, mcutk_gemm_wide_dsp_linear);
}

mcutk_pair_dsp_fn mcutk_pair_dsp_any;
mcutk_pair_dsp_fn mcutk_pair_wide_dsp_any;

#endif
