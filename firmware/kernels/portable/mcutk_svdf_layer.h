/* SVDF: a dense layer over a sliding memory that has one row per filter; parameters and loops of all variants. */
#ifndef MCUTK_SVDF_LAYER_H
#define MCUTK_SVDF_LAYER_H

#include <stdint.h>

#include "mcutk_requant.h"

/* Everything but the time weights, which have the element type of the memory. filters = units * rank. */
typedef struct {
    const int8_t *feature;       /* [filters][inputs] */
    const int32_t *feature_bias; /* [filters]: - input zero point * sum(feature weights) */
    const int32_t *bias;         /* [units], - memory zero point * sum(time weights of the unit) included, modulo 2^32 */
    int32_t inputs;
    int32_t memory;              /* columns of the memory */
    int32_t units, rank;
    int32_t state_multiplier, state_shift, state_zero_point; /* feature sum to the memory's scale */
    int32_t out_multiplier, out_shift, out_zero_point;       /* time sum to the output's scale */
} mcutk_svdf_layer;

typedef struct {
    mcutk_svdf_layer layer;
    const int8_t *time; /* [filters][memory], the newest column last */
} mcutk_svdf_8;

typedef struct {
    mcutk_svdf_layer layer;
    const int16_t *time; /* [filters][memory], the newest column last */
} mcutk_svdf_16;

/* in [inputs], out [units]; state [filters][memory] is kept between calls. No two overlap. */
typedef void mcutk_svdf_8_fn(const int8_t *in, int8_t *state, int8_t *out, const mcutk_svdf_8 *p);
typedef void mcutk_svdf_16_fn(const int8_t *in, int16_t *state, int8_t *out, const mcutk_svdf_16 *p);

/* Defines a variant `name` for a memory of 8 or 16 bits from two functions, whose sums wrap modulo 2^32:
 *
 *   int32_t dot(const int8_t *a, const int8_t *b, int32_t count)
 *       dot product, count > 0
 *   int32_t shift(intN_t *memory, const intN_t *time, int32_t count)
 *       moves memory[1 .. count] down by one and returns the sum of the moved values times time[0 .. count - 1]; count >= 0
 *
 * A filter at a time: its memory is shifted, takes its newest value, and is summed up with the weights of time. As in the
 * reference, the newest value is clamped before the zero point is added and then stored modulo the element type. */
#define MCUTK_SVDF(bits, name, dot, shift)                                                                             \
    void name(const int8_t *in, int##bits##_t *state, int8_t *out, const mcutk_svdf_##bits *p) {                       \
        const mcutk_svdf_layer *const layer = &p->layer;                                                               \
        const int##bits##_t *time = p->time;                                                                           \
        const int8_t *feature = layer->feature;                                                                        \
        const int32_t *feature_bias = layer->feature_bias;                                                             \
        const int32_t last = layer->memory - 1;                                                                        \
        for (int32_t unit = 0; unit < layer->units; ++unit) {                                                          \
            uint32_t sum = (uint32_t)layer->bias[unit];                                                                \
            for (int32_t rank = 0; rank < layer->rank; ++rank) {                                                       \
                const uint32_t fresh = (uint32_t)*feature_bias++ + (uint32_t)dot(in, feature, layer->inputs);          \
                const int32_t scaled = mcutk_requantize((int32_t)fresh, layer->state_multiplier, layer->state_shift);  \
                const int32_t newest = mcutk_clamp(scaled, INT##bits##_MIN, INT##bits##_MAX);                          \
                sum += (uint32_t)shift(state, time, last);                                                             \
                state[last] = (int##bits##_t)(newest + layer->state_zero_point);                                       \
                sum += (uint32_t)(state[last] * time[last]);                                                           \
                feature += layer->inputs;                                                                              \
                state += layer->memory;                                                                                \
                time += layer->memory;                                                                                 \
            }                                                                                                          \
            out[unit] = (int8_t)mcutk_finish((int32_t)sum, layer->out_multiplier, layer->out_shift,                    \
                                             layer->out_zero_point, INT8_MIN, INT8_MAX);                               \
        }                                                                                                              \
    }

#endif
