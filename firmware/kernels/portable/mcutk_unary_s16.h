/* Functions of one int16: LEAKY_RELU, RELU, RELU6 and ABS; LOGISTIC and TANH by a table of sigmoids. In place if `out` is `in`. */
#ifndef MCUTK_UNARY_S16_H
#define MCUTK_UNARY_S16_H

#include <stdint.h>

/* x - in_zero_point, or its absolute value where `mirrored`, times one factor where it is not negative, else times another;
 * plus the zero point, limited. */
typedef struct {
    int32_t in_zero_point, out_zero_point;
    int32_t multiplier, shift;
    int32_t negative_multiplier, negative_shift;
    int32_t low, high;
    int32_t mirrored;
} mcutk_bent;

void mcutk_bent_s16(const int16_t *in, int16_t *out, int32_t count, const mcutk_bent *p);

/* The input times multiplier / 2^shift, rounded, has the scale 1 / (3 * 4096). multiplier in 1..32767, shift in 0..31.
 * sigmoid [256]: sigmoid(i / 24) in 0.16 fixed point. The output has the scale 2^-15. */
void mcutk_logistic_s16(const int16_t *in, int16_t *out, int32_t count, const uint16_t *sigmoid, int32_t multiplier,
                        int32_t shift);
void mcutk_tanh_s16(const int16_t *in, int16_t *out, int32_t count, const uint16_t *sigmoid, int32_t multiplier,
                    int32_t shift);

#endif
