#include "mcutk_elementwise.h"

#include "mcutk_elementwise_walk.h"
#include "mcutk_requant.h"

/* The functions below compute one row and return the end of its output. */

static int8_t *mcutk_add_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out,
                             const mcutk_add *p) {
    const int8_t *a = row->a;
    const int8_t *b = row->b;
    for (int32_t count = shape->extent[4]; count > 0; --count) {
        const int32_t wide_a = (*a - p->a_zero_point) * (1 << p->left_shift);
        const int32_t wide_b = (*b - p->b_zero_point) * (1 << p->left_shift);
        const int32_t scaled_a = mcutk_requantize(wide_a, p->a_multiplier, p->a_shift);
        const int32_t scaled_b = mcutk_requantize(wide_b, p->b_multiplier, p->b_shift);
        const int32_t sum = scaled_a + p->b_sign * scaled_b;
        *out++ = (int8_t)mcutk_finish(sum, p->out_multiplier, p->out_shift, p->out_zero_point, p->act_min, p->act_max);
        a += shape->stride_a[4];
        b += shape->stride_b[4];
    }
    return out;
}

void mcutk_add_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        out = mcutk_add_row(&row, shape, out, p);
    } while (mcutk_elementwise_next(&row, shape));
}

static int8_t *mcutk_mul_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out,
                             const mcutk_mul *p) {
    const int8_t *a = row->a;
    const int8_t *b = row->b;
    for (int32_t count = shape->extent[4]; count > 0; --count) {
        const int32_t product = (*a - p->a_zero_point) * (*b - p->b_zero_point);
        *out++ = (int8_t)mcutk_finish(product, p->multiplier, p->shift, p->out_zero_point, p->act_min, p->act_max);
        a += shape->stride_a[4];
        b += shape->stride_b[4];
    }
    return out;
}

void mcutk_mul_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        out = mcutk_mul_row(&row, shape, out, p);
    } while (mcutk_elementwise_next(&row, shape));
}

static int8_t *mcutk_prelu_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out,
                               const mcutk_prelu *p) {
    const int8_t *a = row->a;
    const int8_t *b = row->b;
    const int32_t zero = p->out_zero_point;
    for (int32_t count = shape->extent[4]; count > 0; --count) {
        const int32_t x = *a - p->in_zero_point;
        const int32_t slope = *b - p->alpha_zero_point;
        const int32_t value = x >= 0 ? mcutk_finish(x, p->multiplier, p->shift, zero, INT8_MIN, INT8_MAX)
                                     : mcutk_finish(x * slope, p->slope_multiplier, p->slope_shift, zero, INT8_MIN,
                                                    INT8_MAX);
        *out++ = (int8_t)value;
        a += shape->stride_a[4];
        b += shape->stride_b[4];
    }
    return out;
}

void mcutk_prelu_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_prelu *p, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        out = mcutk_prelu_row(&row, shape, out, p);
    } while (mcutk_elementwise_next(&row, shape));
}

static int8_t *mcutk_minimum_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out) {
    const int8_t *a = row->a;
    const int8_t *b = row->b;
    for (int32_t count = shape->extent[4]; count > 0; --count) {
        *out++ = *a < *b ? *a : *b;
        a += shape->stride_a[4];
        b += shape->stride_b[4];
    }
    return out;
}

void mcutk_minimum_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        out = mcutk_minimum_row(&row, shape, out);
    } while (mcutk_elementwise_next(&row, shape));
}

static int8_t *mcutk_maximum_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out) {
    const int8_t *a = row->a;
    const int8_t *b = row->b;
    for (int32_t count = shape->extent[4]; count > 0; --count) {
        *out++ = *a > *b ? *a : *b;
        a += shape->stride_a[4];
        b += shape->stride_b[4];
    }
    return out;
}

void mcutk_maximum_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        out = mcutk_maximum_row(&row, shape, out);
    } while (mcutk_elementwise_next(&row, shape));
}
