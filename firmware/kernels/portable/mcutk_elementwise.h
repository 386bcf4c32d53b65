/* Elementwise operators on two int8 tensors, with broadcasting.
 *
 * Outputs are written upward and element i is written after the inputs of element i are read for the last time where
 * an input is not broadcast: such an input may be the output. Exact for every int8 input.
 */
#ifndef MCUTK_ELEMENTWISE_H
#define MCUTK_ELEMENTWISE_H

#include <stdint.h>

/* Five loops over the output, the last innermost. A stride is in elements, 0 where the input is broadcast. */
typedef struct {
    int32_t extent[5];
    int32_t stride_a[5];
    int32_t stride_b[5];
} mcutk_broadcast;

/* ADD and SUB: ((a - a_zero_point) << left_shift) * a_real +- ((b - b_zero_point) << left_shift) * b_real, rescaled.
 * The multipliers are below one: shifts in -31..0. SUB has `b_sign` -1, ADD +1. */
typedef struct {
    int32_t a_zero_point, b_zero_point, out_zero_point;
    int32_t left_shift;
    int32_t a_multiplier, a_shift;
    int32_t b_multiplier, b_shift;
    int32_t out_multiplier, out_shift;
    int32_t b_sign;
    int32_t act_min, act_max; /* clamp, output zero point included */
} mcutk_add;

/* MUL: (a - a_zero_point) * (b - b_zero_point), rescaled. */
typedef struct {
    int32_t a_zero_point, b_zero_point, out_zero_point;
    int32_t multiplier, shift; /* of the product */
    int32_t act_min, act_max;  /* clamp, output zero point included */
} mcutk_mul;

/* PRELU: a - in_zero_point, rescaled, where it is not negative; else its product with b - alpha_zero_point, rescaled by the
 * multiplier of the slope. */
typedef struct {
    int32_t in_zero_point, alpha_zero_point, out_zero_point;
    int32_t multiplier, shift;             /* of inputs that are not negative */
    int32_t slope_multiplier, slope_shift; /* of the product with the slope */
} mcutk_prelu;

void mcutk_add_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, const mcutk_broadcast *shape);
void mcutk_mul_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape);
void mcutk_prelu_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_prelu *p, const mcutk_broadcast *shape);
void mcutk_minimum_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_broadcast *shape);
void mcutk_maximum_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_broadcast *shape);

#endif
