#include "mcutk_arithmetic.h"

#include "mcutk_fixed.h"
#include "mcutk_requant.h"
#include "mcutk_rows.h"

/* The difference of two operands without their zero points, squared and rescaled. */
static int32_t mcutk_arithmetic_squared(int32_t a, int32_t b, const mcutk_add *p) {
    const int32_t wide = 1 << p->left_shift;
    const int32_t scaled_a = mcutk_requantize(a * wide, p->a_multiplier, p->a_shift);
    const int32_t scaled_b = mcutk_requantize(b * wide, p->b_multiplier, p->b_shift);
    const uint32_t difference = (uint32_t)scaled_a - (uint32_t)scaled_b;
    const int32_t square = (int32_t)(difference * difference);
    return mcutk_finish(square, p->out_multiplier, p->out_shift, p->out_zero_point, p->act_min, p->act_max);
}

void mcutk_squared_difference_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p,
                                 const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t first = a[row.a + i * shape->stride_a[4]] - p->a_zero_point;
            const int32_t second = b[row.b + i * shape->stride_b[4]] - p->b_zero_point;
            *out++ = (int8_t)mcutk_arithmetic_squared(first, second, p);
        }
    } while (mcutk_next_row(&row, shape));
}

void mcutk_squared_difference_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_add *p,
                                  const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t first = a[row.a + i * shape->stride_a[4]];
            const int32_t second = b[row.b + i * shape->stride_b[4]];
            *out++ = (int16_t)mcutk_arithmetic_squared(first, second, p);
        }
    } while (mcutk_next_row(&row, shape));
}

/* a / b by the reciprocal of |b|, as gemmlowp computes it. */
static int32_t mcutk_arithmetic_quotient(int32_t a, int32_t b, const mcutk_mul *p) {
    const int32_t value = b < 0 ? -a : a;
    const int32_t size = b < 0 ? -b : b > 0 ? b : 1;
    const int32_t zeros = mcutk_leading_zeros((uint32_t)size);
    const int32_t inverse = mcutk_reciprocal_q0((int32_t)(((uint32_t)size << zeros) - (1u << 31)));
    const int32_t headroom = mcutk_leading_zeros((uint32_t)(value < 0 ? ~value : value)) - 1;
    const int32_t quotient = mcutk_fixed_mul(mcutk_shift_left(value, headroom), inverse);
    const int32_t right = 31 - zeros + headroom - p->shift;
    const int32_t scaled = mcutk_divide_by_pot(mcutk_high_mul(quotient, p->multiplier), right < 31 ? right : 31);
    return mcutk_clamp((int32_t)((uint32_t)scaled + (uint32_t)p->out_zero_point), p->act_min, p->act_max);
}

void mcutk_div_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape) {
    mcutk_row row = {0, 0, {0, 0, 0, 0}};
    do {
        for (int32_t i = 0; i < shape->extent[4]; ++i) {
            const int32_t value = a[row.a + i * shape->stride_a[4]] - p->a_zero_point;
            const int32_t divisor = b[row.b + i * shape->stride_b[4]] - p->b_zero_point;
            *out++ = (int8_t)mcutk_arithmetic_quotient(value, divisor, p);
        }
    } while (mcutk_next_row(&row, shape));
}
