#include "mcutk_scores_f32.h"

#include "mcutk_float_math.h"

static float mcutk_scores_f32_highest(const float *in, int32_t depth) {
    float highest = in[0];
    for (int32_t c = 1; c < depth; ++c) {
        highest = in[c] > highest ? in[c] : highest;
    }
    return highest;
}

void mcutk_softmax_f32(const float *in, float *out, int32_t rows, int32_t depth, float beta) {
    for (int32_t row = 0; row < rows; ++row) {
        const float highest = mcutk_scores_f32_highest(in, depth);
        float sum = 0.0f;
        for (int32_t c = 0; c < depth; ++c) {
            out[c] = mcutk_expf((in[c] - highest) * beta);
            sum += out[c];
        }
        for (int32_t c = 0; c < depth; ++c) {
            out[c] /= sum;
        }
        in += depth;
        out += depth;
    }
}

void mcutk_log_softmax_f32(const float *in, float *out, int32_t rows, int32_t depth) {
    for (int32_t row = 0; row < rows; ++row) {
        const float highest = mcutk_scores_f32_highest(in, depth);
        float sum = 0.0f;
        for (int32_t c = 0; c < depth; ++c) {
            sum += mcutk_expf(in[c] - highest);
        }
        const float log_sum = mcutk_logf(sum);
        for (int32_t c = 0; c < depth; ++c) {
            out[c] = in[c] - highest - log_sum;
        }
        in += depth;
        out += depth;
    }
}

void mcutk_logistic_f32(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        const float x = in[i];
        if (x > 16.619047164916992188f) {
            out[i] = 1.0f;
        } else if (x < -9.0f) {
            out[i] = mcutk_expf(x);
        } else {
            out[i] = 1.0f / (1.0f + mcutk_expf(-x));
        }
    }
}
