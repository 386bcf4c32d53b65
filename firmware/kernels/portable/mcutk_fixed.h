/* gemmlowp's fixed-point functions that SOFTMAX, LOG_SOFTMAX, DIV and L2_NORMALIZATION use. A value in Qm.n holds n = 31 - m fraction bits. */
#ifndef MCUTK_FIXED_H
#define MCUTK_FIXED_H

#include <stdint.h>

/* exp(a) in Q0.31 for a <= 0 in Q5.26. */
int32_t mcutk_exp_q5(int32_t a);

/* 1 / (1 + a) in Q0.31 for a in [0, 1) in Q0.31. */
int32_t mcutk_reciprocal_q0(int32_t a);

/* SaturatingRoundingDoublingHighMul of any two values. */
int32_t mcutk_fixed_mul(int32_t a, int32_t b);

/* a * 2^exponent, saturating. exponent in 0..31. */
int32_t mcutk_fixed_shift_left(int32_t a, int32_t exponent);

/* Number of leading zero bits of a; 32 for 0. */
int32_t mcutk_leading_zeros(uint32_t a);

/* 1 / sqrt(value) as a Q31 multiplier; `shift` is set as mcutk_requantize takes it. value >= 0; 0 is taken as 1. */
int32_t mcutk_inverse_sqrt(int32_t value, int32_t *shift);

#endif
