/* LOG_SOFTMAX, int8 to int8, by gemmlowp's fixed-point exponential and TFLite's logarithm. No float. */
#ifndef MCUTK_LOG_SOFTMAX_H
#define MCUTK_LOG_SOFTMAX_H

#include <stdint.h>

typedef struct {
    int32_t rows, depth;
    int32_t multiplier, left_shift;      /* brings a difference of inputs to Q5.26 */
    int32_t diff_min;                    /* in units of the input; differences below it do not count in the sum */
    int32_t back_multiplier, back_shift; /* brings Q5.26 back to a difference of inputs */
} mcutk_log_softmax;

/* in, out [rows][depth]; the output has scale 1/16 and zero point 127. in and out may be the same. */
void mcutk_log_softmax_s8(const int8_t *in, int8_t *out, const mcutk_log_softmax *p);

#endif
