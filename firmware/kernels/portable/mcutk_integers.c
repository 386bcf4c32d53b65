#include "mcutk_integers.h"

#include "mcutk_rows.h"

/* The only quotient that does not fit is that of INT32_MIN and -1: modulo 2^32 it is INT32_MIN. */
static int32_t mcutk_integers_divided(int32_t a, int32_t b) {
    if (b == 0) {
        return 0;
    }
    return b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b;
}

static int32_t mcutk_integers_result(int32_t a, int32_t b, mcutk_integer_operation operation) {
    switch (operation) {
    case MCUTK_INTEGER_ADD:
        return (int32_t)((uint32_t)a + (uint32_t)b);
    case MCUTK_INTEGER_SUB:
        return (int32_t)((uint32_t)a - (uint32_t)b);
    case MCUTK_INTEGER_MUL:
        return (int32_t)((uint32_t)a * (uint32_t)b);
    case MCUTK_INTEGER_DIV:
        return mcutk_integers_divided(a, b);
    case MCUTK_INTEGER_MAXIMUM:
        return a > b ? a : b;
    case MCUTK_INTEGER_MINIMUM:
    default:
        break;
    }
    return a < b ? a : b;
}

void mcutk_integers_s32(const int32_t *a, const int32_t *b, int32_t *out, const mcutk_integers *p,
                        const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t first = a[row.a + i * shape->stride_a[4]];
            *out++ = mcutk_integers_result(first, b[row.b + i * shape->stride_b[4]], p->operation);
        }
    } while (mcutk_next_row(&row, shape));
}
