/* Operators on two int32 tensors without quantization, modulo 2^32, with broadcasting. The contract is that of
 * mcutk_elementwise.h. */
#ifndef MCUTK_INTEGERS_H
#define MCUTK_INTEGERS_H

#include "mcutk_elementwise.h"

typedef enum {
    MCUTK_INTEGER_ADD,
    MCUTK_INTEGER_SUB,
    MCUTK_INTEGER_MUL,
    MCUTK_INTEGER_DIV, /* towards zero; 0 where the divisor is 0 */
    MCUTK_INTEGER_MAXIMUM,
    MCUTK_INTEGER_MINIMUM
} mcutk_integer_operation;

typedef struct {
    mcutk_integer_operation operation;
} mcutk_integers;

void mcutk_integers_s32(const int32_t *a, const int32_t *b, int32_t *out, const mcutk_integers *p,
                        const mcutk_broadcast *shape);

#endif
