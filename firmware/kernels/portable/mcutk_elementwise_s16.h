/* Elementwise operators on two int16 tensors with zero point 0, with broadcasting. The contract is that of
 * mcutk_elementwise.h. */
#ifndef MCUTK_ELEMENTWISE_S16_H
#define MCUTK_ELEMENTWISE_S16_H

#include "mcutk_elementwise.h"

void mcutk_add_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_add *p, const mcutk_broadcast *shape);
void mcutk_mul_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_mul *p, const mcutk_broadcast *shape);
void mcutk_minimum_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_broadcast *shape);
void mcutk_maximum_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_broadcast *shape);

#endif
