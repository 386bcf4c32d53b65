/* SOFTMAX, int8 to int8 or int16, by gemmlowp's fixed-point exponential and reciprocal. No float. */
#ifndef MCUTK_SOFTMAX_H
#define MCUTK_SOFTMAX_H

#include <stdint.h>

/* Differences from the row's maximum are scaled by multiplier * 2^left_shift to Q5.26 (beta included); those below
 * diff_min give the smallest output. */
typedef struct {
    int32_t rows, depth;            /* each row of depth values is a distribution */
    int32_t multiplier, left_shift; /* Q31 and 0 to 31: a difference of inputs to Q5.26 */
    int32_t diff_min;               /* in units of the input */
} mcutk_softmax;

/* in, out [rows][depth]; the output has scale 1/256 and zero point -128. in and out may be the same. */
void mcutk_softmax_s8(const int8_t *in, int8_t *out, const mcutk_softmax *p);

/* The same to int16 of scale 1/65536 and zero point -32768; in and out do not overlap. */
void mcutk_softmax_s8_s16(const int8_t *in, int16_t *out, const mcutk_softmax *p);

#endif
