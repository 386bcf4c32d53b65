#include "mcutk_add.h"

#include "mcutk_requant.h"

/* Greatest right shift at which the sum of a product's high word, rounding and zero point stays within int32. */
#define MOST_JOINT_RIGHT 22

/* Twice the scaled far input for each of its bytes, less twice the scaled near zero point. */
static void mcutk_add_fill_table(int32_t table[256], const mcutk_add_table *p) {
    const int32_t base = -p->near_sign * p->near_zero_point * (1 << 20);
    for (int32_t x = INT8_MIN; x <= INT8_MAX; ++x) {
        const int32_t wide = (x - p->far_zero_point) * (1 << 20);
        const int32_t scaled = mcutk_requantize(wide, p->far_multiplier, p->far_shift);
        table[(uint8_t)x] = base + 2 * p->far_sign * scaled;
    }
}

/* `twice` includes the doubling of SaturatingRoundingDoublingHighMul; |twice| is at most 2^30. */
static inline int32_t mcutk_add_output(int32_t twice, int32_t multiplier, int32_t half, int32_t right, int32_t zero_point) {
#ifdef MCUTK_NO_LONG_MULTIPLY
    const int32_t high = mcutk_high_mul(twice / 2, multiplier);
#else
    const int64_t product = (int64_t)twice * multiplier;
    const int32_t high = (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
#endif
    return mcutk_saturate_8(((high + (high >> 31) + half) >> right) + zero_point);
}

void mcutk_add_table_s8(const int8_t *near, const int8_t *far, int8_t *out, void *scratch, const mcutk_add_table *p,
                        int32_t count) {
    int32_t *const table = scratch;
    const int32_t factor = p->near_sign * (1 << 20);
    const int32_t multiplier = p->multiplier;
    const int32_t right = -p->shift;
    const int32_t half = 1 << (right - 1);
    const int32_t zero_point = p->out_zero_point;
    mcutk_add_fill_table(table, p);
    if (p->act_min == INT8_MIN && p->act_max == INT8_MAX && right <= MOST_JOINT_RIGHT) {
        const int32_t joint = half + zero_point * (1 << right); /* rounding and zero point in one */
        for (; count >= 4; count -= 4) {
            const int32_t first = table[(uint8_t)far[0]] + near[0] * factor;
            const int32_t second = table[(uint8_t)far[1]] + near[1] * factor;
            out[0] = (int8_t)mcutk_add_output(first, multiplier, joint, right, 0);
            out[1] = (int8_t)mcutk_add_output(second, multiplier, joint, right, 0);
            const int32_t third = table[(uint8_t)far[2]] + near[2] * factor;
            const int32_t fourth = table[(uint8_t)far[3]] + near[3] * factor;
            out[2] = (int8_t)mcutk_add_output(third, multiplier, joint, right, 0);
            out[3] = (int8_t)mcutk_add_output(fourth, multiplier, joint, right, 0);
            near += 4;
            far += 4;
            out += 4;
        }
    }
    for (; count > 0; --count) {
        const int32_t sum = table[(uint8_t)*far++] + *near++ * factor;
        *out++ = (int8_t)mcutk_clamp(mcutk_add_output(sum, multiplier, half, right, zero_point), p->act_min, p->act_max);
    }
}
