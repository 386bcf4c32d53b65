#include "mcutk_svdf.h"

#include "mcutk_requant.h"

/* The newest value of a filter's memory, without the zero point. */
static int32_t mcutk_svdf_newest(const int8_t *in, int32_t filter, const mcutk_svdf_layer *p, int32_t low, int32_t high) {
    const int8_t *weights = p->feature + filter * p->inputs;
    uint32_t sum = (uint32_t)p->feature_bias[filter];
    for (int32_t i = 0; i < p->inputs; ++i) {
        sum += (uint32_t)(in[i] * weights[i]);
    }
    return mcutk_clamp(mcutk_requantize((int32_t)sum, p->state_multiplier, p->state_shift), low, high);
}

/* For a memory of 8 or 16 bits: the memory is shifted by one, takes its newest value, and is summed up with the weights of
 * time. As in the reference, the value is clamped before the zero point is added and then stored modulo the element type. */
#define SVDF(bits)                                                                                                     \
    static uint32_t mcutk_svdf_filter_##bits(const int8_t *in, int##bits##_t *memory, const int##bits##_t *time,       \
                                             int32_t filter, const mcutk_svdf_layer *p) {                              \
        const int32_t fresh = mcutk_svdf_newest(in, filter, p, INT##bits##_MIN, INT##bits##_MAX);                      \
        uint32_t sum = 0;                                                                                              \
        for (int32_t i = 0; i + 1 < p->memory; ++i) {                                                                  \
            memory[i] = memory[i + 1];                                                                                 \
        }                                                                                                              \
        memory[p->memory - 1] = (int##bits##_t)(fresh + p->state_zero_point);                                          \
        for (int32_t i = 0; i < p->memory; ++i) {                                                                      \
            sum += (uint32_t)(memory[i] - p->state_zero_point) * (uint32_t)time[i];                                    \
        }                                                                                                              \
        return sum;                                                                                                    \
    }                                                                                                                  \
                                                                                                                       \
    void mcutk_svdf_s##bits(const int8_t *in, int##bits##_t *state, int8_t *out, const mcutk_svdf_##bits *p) {         \
        const mcutk_svdf_layer *const layer = &p->layer;                                                               \
        const int##bits##_t *time = p->time;                                                                           \
        int32_t filter = 0;                                                                                            \
        for (int32_t unit = 0; unit < layer->units; ++unit) {                                                          \
            uint32_t sum = (uint32_t)layer->bias[unit];                                                                \
            for (int32_t rank = 0; rank < layer->rank; ++rank) {                                                       \
                sum += mcutk_svdf_filter_##bits(in, state, time, filter, layer);                                       \
                state += layer->memory;                                                                                \
                time += layer->memory;                                                                                 \
                ++filter;                                                                                              \
            }                                                                                                          \
            out[unit] = (int8_t)mcutk_finish((int32_t)sum, layer->out_multiplier, layer->out_shift,                    \
                                             layer->out_zero_point, INT8_MIN, INT8_MAX);                               \
        }                                                                                                              \
    }

SVDF(8)
SVDF(16)
