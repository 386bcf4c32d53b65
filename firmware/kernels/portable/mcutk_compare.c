#include "mcutk_compare.h"

#include "mcutk_requant.h"
#include "mcutk_rows.h"

static uint8_t mcutk_compare_related(int32_t a, int32_t b, mcutk_relation relation) {
    switch (relation) {
    case MCUTK_EQUAL:
        return a == b;
    case MCUTK_NOT_EQUAL:
        return a != b;
    case MCUTK_LESS:
        return a < b;
    case MCUTK_LESS_EQUAL:
        return a <= b;
    case MCUTK_GREATER:
        return a > b;
    case MCUTK_GREATER_EQUAL:
        return a >= b;
    case MCUTK_AND:
        return a != 0 && b != 0;
    case MCUTK_OR:
        return a != 0 || b != 0;
    case MCUTK_NOT:
    default:
        break;
    }
    return a == 0;
}

void mcutk_compare_s8(const int8_t *a, const int8_t *b, uint8_t *out, const mcutk_comparison *p,
                      const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t first = (a[row.a + i * shape->stride_a[4]] - p->a_zero_point) * 256;
            const int32_t second = (b[row.b + i * shape->stride_b[4]] - p->b_zero_point) * 256;
            *out++ = mcutk_compare_related(mcutk_requantize(first, p->a_multiplier, p->a_shift),
                                        mcutk_requantize(second, p->b_multiplier, p->b_shift), p->relation);
        }
    } while (mcutk_next_row(&row, shape));
}

void mcutk_compare_s32(const int32_t *a, const int32_t *b, uint8_t *out, const mcutk_comparison *p,
                       const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            *out++ = mcutk_compare_related(a[row.a + i * shape->stride_a[4]], b[row.b + i * shape->stride_b[4]], p->relation);
        }
    } while (mcutk_next_row(&row, shape));
}

void mcutk_compare_u8(const uint8_t *a, const uint8_t *b, uint8_t *out, const mcutk_comparison *p,
                      const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            *out++ = mcutk_compare_related(a[row.a + i * shape->stride_a[4]], b[row.b + i * shape->stride_b[4]], p->relation);
        }
    } while (mcutk_next_row(&row, shape));
}
