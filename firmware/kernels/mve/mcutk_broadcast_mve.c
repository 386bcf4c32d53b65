#include "mcutk_broadcast_mve.h"

#include <arm_mve.h>

#include "mcutk_elementwise_walk.h"

/* Eight elements of an operand without its zero point; `stride` 0: one element eight times. */
static inline int16x8_t mcutk_broadcast_mve_load(const int8_t *from, int32_t stride, int32_t zero_point, mve_pred16_t lanes) {
    const int16x8_t eight = stride != 0 ? vldrbq_z_s16(from, lanes) : vdupq_n_s16(*from);
    return vsubq_n_s16(eight, (int16_t)zero_point);
}

/* x * multiplier * 2^shift, rounded twice. For shift < 0 the sign of x is added to the first result, which turns VRSHL's halves up
 * into halves away; a negative x whose first result is 0 gives 0 all the same. shift 0 rounds once: `sign_mask` is 0, else -1. */
static inline int32x4_t mcutk_broadcast_mve_scale(int32x4_t x, int32_t multiplier, int32_t shift, int32x4_t sign_mask) {
    const int32x4_t sign = vandq_s32(vshrq_n_s32(x, 31), sign_mask);
    return vrshlq_n_s32(vqrdmlahq_n_s32(sign, x, multiplier), shift);
}

static inline int32x4_t mcutk_broadcast_mve_mask(int32_t shift) {
    return vdupq_n_s32(shift < 0 ? -1 : 0);
}

/* The results of even and odd elements with the zero point, limited, to eight outputs. */
static inline void mcutk_broadcast_mve_store(int8_t *out, int32x4_t even, int32x4_t odd, int32_t zero_point, int32_t low,
                                             int32_t high, mve_pred16_t lanes) {
    int16x8_t both = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
    both = vqaddq_n_s16(both, (int16_t)zero_point);
    both = vminq_s16(vmaxq_s16(both, vdupq_n_s16((int16_t)low)), vdupq_n_s16((int16_t)high));
    vstrbq_p_s16(out, both, lanes);
}

static void mcutk_mul_broadcast_mve_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out,
                                        const mcutk_mul *p) {
    const int32_t stride_a = shape->stride_a[4], stride_b = shape->stride_b[4];
    const int8_t *a = row->a, *b = row->b;
    const int32x4_t mask = mcutk_broadcast_mve_mask(p->shift);
    for (int32_t left = shape->extent[4]; left > 0; left -= 8) {
        const mve_pred16_t lanes = vctp16q((uint32_t)left);
        const int16x8_t x = mcutk_broadcast_mve_load(a, stride_a, p->a_zero_point, lanes);
        const int16x8_t y = mcutk_broadcast_mve_load(b, stride_b, p->b_zero_point, lanes);
        const int32x4_t even = mcutk_broadcast_mve_scale(vmullbq_int_s16(x, y), p->multiplier, p->shift, mask);
        const int32x4_t odd = mcutk_broadcast_mve_scale(vmulltq_int_s16(x, y), p->multiplier, p->shift, mask);
        mcutk_broadcast_mve_store(out, even, odd, p->out_zero_point, p->act_min, p->act_max, lanes);
        a += 8 * stride_a;
        b += 8 * stride_b;
        out += 8;
    }
}

void mcutk_mul_broadcast_mve(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_mul *p, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        mcutk_mul_broadcast_mve_row(&row, shape, out, p);
        out += shape->extent[4];
    } while (mcutk_elementwise_next(&row, shape));
}

/* A difference of nine bits shifted by 20 in two steps: 4 within half-words, then 16 into words. */
static void mcutk_add_broadcast_mve_row(const mcutk_elementwise_row *row, const mcutk_broadcast *shape, int8_t *out,
                                        const mcutk_add *p) {
    const int32_t stride_a = shape->stride_a[4], stride_b = shape->stride_b[4];
    const int8_t *a = row->a, *b = row->b;
    const int32x4_t mask_a = mcutk_broadcast_mve_mask(p->a_shift), mask_b = mcutk_broadcast_mve_mask(p->b_shift);
    const int32x4_t mask = mcutk_broadcast_mve_mask(p->out_shift);
    for (int32_t left = shape->extent[4]; left > 0; left -= 8) {
        const mve_pred16_t lanes = vctp16q((uint32_t)left);
        const int16x8_t x = vshlq_n_s16(mcutk_broadcast_mve_load(a, stride_a, p->a_zero_point, lanes), 4);
        const int16x8_t y = vshlq_n_s16(mcutk_broadcast_mve_load(b, stride_b, p->b_zero_point, lanes), 4);
        int32x4_t even = mcutk_broadcast_mve_scale(vshllbq_n_s16(x, 16), p->a_multiplier, p->a_shift, mask_a);
        int32x4_t odd = mcutk_broadcast_mve_scale(vshlltq_n_s16(x, 16), p->a_multiplier, p->a_shift, mask_a);
        const int32x4_t y_even = mcutk_broadcast_mve_scale(vshllbq_n_s16(y, 16), p->b_multiplier, p->b_shift, mask_b);
        const int32x4_t y_odd = mcutk_broadcast_mve_scale(vshlltq_n_s16(y, 16), p->b_multiplier, p->b_shift, mask_b);
        even = mcutk_broadcast_mve_scale(vmlaq_n_s32(even, y_even, p->b_sign), p->out_multiplier, p->out_shift, mask);
        odd = mcutk_broadcast_mve_scale(vmlaq_n_s32(odd, y_odd, p->b_sign), p->out_multiplier, p->out_shift, mask);
        mcutk_broadcast_mve_store(out, even, odd, p->out_zero_point, p->act_min, p->act_max, lanes);
        a += 8 * stride_a;
        b += 8 * stride_b;
        out += 8;
    }
}

void mcutk_add_broadcast_mve(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, const mcutk_broadcast *shape) {
    mcutk_elementwise_row row = mcutk_elementwise_first(a, b);
    do {
        mcutk_add_broadcast_mve_row(&row, shape, out, p);
        out += shape->extent[4];
    } while (mcutk_elementwise_next(&row, shape));
}
