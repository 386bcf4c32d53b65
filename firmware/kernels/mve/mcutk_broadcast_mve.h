/* ADD, SUB and MUL with Helium for any broadcasting whose innermost strides are 0 or 1. */
#ifndef MCUTK_BROADCAST_MVE_H
#define MCUTK_BROADCAST_MVE_H

#include "mcutk_elementwise.h"

/* As mcutk_add_s8 computes it; left_shift 20, out_shift < 0. */
void mcutk_add_broadcast_mve(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, const mcutk_broadcast *shape);

/* As mcutk_mul_s8 computes it; shift < 0. */
void mcutk_mul_broadcast_mve(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape);

#endif
