/* SVDF: a dense layer over a sliding memory that has one row per filter. */
#ifndef MCUTK_SVDF_H
#define MCUTK_SVDF_H

#include <stdint.h>

/* Everything but the time weights, which have the element type of the memory. filters = units * rank. */
typedef struct {
    const int8_t *feature;       /* [filters][inputs] */
    const int32_t *feature_bias; /* [filters]: - input zero point * sum(feature weights) */
    const int32_t *bias;         /* [units] */
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
void mcutk_svdf_s8(const int8_t *in, int8_t *state, int8_t *out, const mcutk_svdf_8 *p);
void mcutk_svdf_s16(const int8_t *in, int16_t *state, int8_t *out, const mcutk_svdf_16 *p);

#endif
