/* SVDF: a dense layer over a sliding memory, a row of it for each filter. */
#ifndef MCUTK_SVDF_H
#define MCUTK_SVDF_H

#include <stdint.h>

typedef struct {
    const int8_t *feature;       /* [filters][inputs], filters = units * rank */
    const int32_t *feature_bias; /* [filters]: - input zero point * sum(feature weights) */
    const void *time;            /* [filters][memory], of the memory's element type; the newest column last */
    const int32_t *bias;         /* [units] */
    int32_t inputs, memory, units, rank;
    int32_t state_multiplier, state_shift, state_zero_point;
    int32_t out_multiplier, out_shift, out_zero_point;
} mcutk_svdf;

/* in [inputs], out [units]; state [filters][memory] is kept between calls. No two overlap. */
void mcutk_svdf_s8(const int8_t *in, int8_t *state, int8_t *out, const mcutk_svdf *p);
void mcutk_svdf_s16(const int8_t *in, int16_t *state, int8_t *out, const mcutk_svdf *p);

#endif
