/* MEAN and SUM over any axes, int8. */
#ifndef MCUTK_REDUCE_H
#define MCUTK_REDUCE_H

#include <stdint.h>

/* Loops over the kept and the reduced axes, outermost first; strides are in elements of the input, unused extents are 1.
 * out = requantize(sum - offset) + out_zero_point, offset = input_zero_point * elements per sum. The multiplier of MEAN
 * includes the division. |sum| stays in int32 for up to 2^23 elements per sum. */
typedef struct {
    int32_t kept_extent[4], kept_stride[4];
    int32_t reduced_extent[4], reduced_stride[4];
    int32_t offset;
    int32_t multiplier, shift; /* as in mcutk_channel */
    int32_t out_zero_point;
} mcutk_reduce;

/* Outputs are written upward in the order of the kept axes; out and in do not overlap. */
void mcutk_reduce_s8(const int8_t *in, int8_t *out, const mcutk_reduce *p);

#endif
