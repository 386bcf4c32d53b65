#include "mcutk_elementwise_s16.h"

#include "mcutk_requant.h"
#include "mcutk_rows.h"

void mcutk_add_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_add *p, const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t wide_a = a[row.a + i * shape->stride_a[4]] * (1 << p->left_shift);
            const int32_t wide_b = b[row.b + i * shape->stride_b[4]] * (1 << p->left_shift);
            const int32_t scaled_a = mcutk_requantize(wide_a, p->a_multiplier, p->a_shift);
            const int32_t scaled_b = mcutk_requantize(wide_b, p->b_multiplier, p->b_shift);
            const int32_t sum = scaled_a + p->b_sign * scaled_b;
            *out++ = (int16_t)mcutk_finish(sum, p->out_multiplier, p->out_shift, 0, p->act_min, p->act_max);
        }
    } while (mcutk_next_row(&row, shape));
}

void mcutk_mul_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_mul *p, const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t product = a[row.a + i * shape->stride_a[4]] * b[row.b + i * shape->stride_b[4]];
            *out++ = (int16_t)mcutk_finish(product, p->multiplier, p->shift, 0, p->act_min, p->act_max);
        }
    } while (mcutk_next_row(&row, shape));
}

void mcutk_minimum_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int16_t first = a[row.a + i * shape->stride_a[4]];
            const int16_t second = b[row.b + i * shape->stride_b[4]];
            *out++ = first < second ? first : second;
        }
    } while (mcutk_next_row(&row, shape));
}

void mcutk_maximum_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int16_t first = a[row.a + i * shape->stride_a[4]];
            const int16_t second = b[row.b + i * shape->stride_b[4]];
            *out++ = first > second ? first : second;
        }
    } while (mcutk_next_row(&row, shape));
}
