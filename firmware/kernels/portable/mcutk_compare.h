/* Comparisons and logical operators, with broadcasting. The contract is that of mcutk_elementwise.h. */
#ifndef MCUTK_COMPARE_H
#define MCUTK_COMPARE_H

#include "mcutk_elementwise.h"

/* A result is 0 or 1. */
typedef enum {
    MCUTK_EQUAL,
    MCUTK_NOT_EQUAL,
    MCUTK_LESS,
    MCUTK_LESS_EQUAL,
    MCUTK_GREATER,
    MCUTK_GREATER_EQUAL,
    MCUTK_AND,
    MCUTK_OR,
    MCUTK_NOT /* of a */
} mcutk_relation;

/* Scaling of int8 operands before they are compared: ((x - zero_point) << 8) * factor. */
typedef struct {
    mcutk_relation relation;
    int32_t a_zero_point, a_multiplier, a_shift;
    int32_t b_zero_point, b_multiplier, b_shift;
} mcutk_comparison;

void mcutk_compare_s8(const int8_t *a, const int8_t *b, uint8_t *out, const mcutk_comparison *p,
                      const mcutk_broadcast *shape);
/* Without scaling. */
void mcutk_compare_s32(const int32_t *a, const int32_t *b, uint8_t *out, const mcutk_comparison *p,
                       const mcutk_broadcast *shape);
void mcutk_compare_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, const mcutk_comparison *p,
                      const mcutk_broadcast *shape);

#endif
