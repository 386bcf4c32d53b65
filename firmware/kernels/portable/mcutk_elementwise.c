#include "mcutk_elementwise.h"

#include "mcutk_requant.h"

/* One row of the innermost loop; strides are 0 or 1, or any where the operands are transposed views. */
typedef void (*row_function)(const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *out, int32_t count,
                             const void *params);

static void walk(const int8_t *a, const int8_t *b, int8_t *out, const void *params, const mcutk_broadcast *shape,
                 row_function row) {
    const int32_t *extent = shape->extent;
    const int32_t *sa = shape->stride_a;
    const int32_t *sb = shape->stride_b;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k) {
                const int8_t *row_a = a + i * sa[0] + j * sa[1] + k * sa[2];
                const int8_t *row_b = b + i * sb[0] + j * sb[1] + k * sb[2];
                for (int32_t l = 0; l < extent[3]; ++l) {
                    row(row_a, sa[4], row_b, sb[4], out, extent[4], params);
                    row_a += sa[3];
                    row_b += sb[3];
                    out += extent[4];
                }
            }
        }
    }
}

static void add_row(const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *out, int32_t count,
                    const void *params) {
    const mcutk_add *p = params;
    for (; count > 0; --count) {
        const int32_t wide_a = (*a - p->a_zero_point) * (1 << p->left_shift);
        const int32_t wide_b = (*b - p->b_zero_point) * (1 << p->left_shift);
        const int32_t scaled_a = mcutk_requantize(wide_a, p->a_multiplier, p->a_shift);
        const int32_t scaled_b = mcutk_requantize(wide_b, p->b_multiplier, p->b_shift);
        const int32_t sum = scaled_a + p->b_sign * scaled_b;
        *out++ = (int8_t)mcutk_finish(sum, p->out_multiplier, p->out_shift, p->out_zero_point, p->act_min, p->act_max);
        a += step_a;
        b += step_b;
    }
}

void mcutk_add_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, const mcutk_broadcast *shape) {
    walk(a, b, out, p, shape, add_row);
}

static void mul_row(const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *out, int32_t count,
                    const void *params) {
    const mcutk_mul *p = params;
    for (; count > 0; --count) {
        const int32_t product = (*a - p->a_zero_point) * (*b - p->b_zero_point);
        *out++ = (int8_t)mcutk_finish(product, p->multiplier, p->shift, p->out_zero_point, p->act_min, p->act_max);
        a += step_a;
        b += step_b;
    }
}

void mcutk_mul_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape) {
    walk(a, b, out, p, shape, mul_row);
}

static void prelu_row(const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *out, int32_t count,
                      const void *params) {
    const mcutk_prelu *p = params;
    for (; count > 0; --count) {
        const int32_t x = *a - p->in_zero_point;
        const int32_t zero = p->out_zero_point;
        const int32_t value =
            x >= 0 ? mcutk_finish(x, p->multiplier, p->shift, zero, INT8_MIN, INT8_MAX)
                   : mcutk_finish(x * (*b - p->alpha_zero_point), p->slope_multiplier, p->slope_shift, zero, INT8_MIN, INT8_MAX);
        *out++ = (int8_t)value;
        a += step_a;
        b += step_b;
    }
}

void mcutk_prelu_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_prelu *p, const mcutk_broadcast *shape) {
    walk(a, b, out, p, shape, prelu_row);
}

static void minimum_row(const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *out, int32_t count,
                        const void *params) {
    (void)params;
    for (; count > 0; --count) {
        *out++ = *a < *b ? *a : *b;
        a += step_a;
        b += step_b;
    }
}

void mcutk_minimum_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_broadcast *shape) {
    walk(a, b, out, 0, shape, minimum_row);
}

static void maximum_row(const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *out, int32_t count,
                        const void *params) {
    (void)params;
    for (; count > 0; --count) {
        *out++ = *a > *b ? *a : *b;
        a += step_a;
        b += step_b;
    }
}

void mcutk_maximum_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_broadcast *shape) {
    walk(a, b, out, 0, shape, maximum_row);
}
