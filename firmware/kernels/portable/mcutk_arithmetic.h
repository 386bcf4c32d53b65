/* SQUARED_DIFFERENCE and DIV, with broadcasting. The contract is that of mcutk_elementwise.h. */
#ifndef MCUTK_ARITHMETIC_H
#define MCUTK_ARITHMETIC_H

#include "mcutk_elementwise.h"

/* SQUARED_DIFFERENCE: the difference as that of SUB, squared before it is rescaled by the last factor. */
void mcutk_squared_difference_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p,
                                 const mcutk_broadcast *shape);
void mcutk_squared_difference_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_add *p,
                                  const mcutk_broadcast *shape);

/* DIV: (a - a_zero_point) / (b - b_zero_point), rescaled; a divisor of 0 is taken as 1. */
void mcutk_div_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape);

#endif
