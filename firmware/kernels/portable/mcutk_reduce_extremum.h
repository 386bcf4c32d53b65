/* REDUCE_MAX and REDUCE_MIN over any axes, int8. */
#ifndef MCUTK_REDUCE_EXTREMUM_H
#define MCUTK_REDUCE_EXTREMUM_H

#include <stdint.h>

/* Loops over the kept and the reduced axes, outermost first; strides are in elements of the input, unused extents are 1. */
typedef struct {
    int32_t kept_extent[4], kept_stride[4];
    int32_t reduced_extent[4], reduced_stride[4];
} mcutk_reduce_loops;

/* Outputs are written upward in the order of the kept axes; out and in do not overlap. */
void mcutk_reduce_max_s8(const int8_t *in, int8_t *out, const mcutk_reduce_loops *p);
void mcutk_reduce_min_s8(const int8_t *in, int8_t *out, const mcutk_reduce_loops *p);

#endif
