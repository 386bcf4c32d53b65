#include "mcutk_log_softmax.h"

#include "mcutk_fixed.h"
#include "mcutk_requant.h"

/* a * 2^exponent, saturating to the left and rounding to the right. */
static int32_t mcutk_log_softmax_shift(int32_t a, int32_t exponent) {
    return exponent >= 0 ? mcutk_fixed_shift_left(a, exponent) : mcutk_divide_by_pot(a, -exponent);
}

static int32_t mcutk_log_softmax_lesser(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t mcutk_log_softmax_greater(int32_t a, int32_t b) {
    return a > b ? a : b;
}

/* log(x) in Q5.26 for x >= 1 in Q12.19. */
static int32_t mcutk_log_softmax_logarithm(int32_t x) {
    const int32_t wide = 6; /* integer bits inside */
    const int32_t fraction = 31 - wide;
    const int32_t quarter = 1 << (29 - wide);
    const int32_t sqrt_half = 1518500250;
    const int32_t sqrt_sqrt_half = 1805811301;
    /* x is brought into [1/2, 1) as it is or times sqrt(1/2); the smaller remainder is used. */
    const int32_t zeros_a = mcutk_leading_zeros((uint32_t)x);
    const int32_t scaled_a = mcutk_log_softmax_shift(x, zeros_a - 1);
    const int32_t r_a = mcutk_fixed_shift_left(mcutk_fixed_mul(scaled_a, sqrt_half), 1);
    const int32_t power_a = mcutk_log_softmax_shift(12 - zeros_a, fraction) + quarter;
    const int32_t zeros_b = mcutk_leading_zeros((uint32_t)mcutk_fixed_mul(x, sqrt_half)) - 1;
    const int32_t r_b = mcutk_log_softmax_shift(x, zeros_b);
    const int32_t power_b = mcutk_log_softmax_shift(12 - zeros_b, fraction) - quarter;
    const int32_t r = mcutk_log_softmax_lesser(r_a, r_b);
    const int32_t power = mcutk_log_softmax_greater(power_a, power_b);
    const int32_t p = (int32_t)(((int64_t)r + sqrt_sqrt_half + 1) / 2);
    const int32_t q = 2 * (r - sqrt_sqrt_half);
    const int32_t square = mcutk_fixed_mul(q, q);
    const int32_t numerator = mcutk_fixed_mul(q, r) + mcutk_fixed_mul(mcutk_fixed_mul(q, square), 117049297);
    const int32_t inner = 1057819769 + q + mcutk_fixed_mul(square, 127690142);
    const int32_t denominator = mcutk_fixed_mul(p, inner) + mcutk_fixed_mul(q, 638450708);
    const int32_t ratio = mcutk_fixed_mul(mcutk_divide_by_pot(numerator, wide), mcutk_reciprocal_q0(denominator));
    return mcutk_fixed_shift_left(mcutk_fixed_mul(power, 1488522236) + ratio, 1);
}

/* A difference of inputs in Q5.26. */
static int32_t mcutk_log_softmax_scaled(int32_t difference, const mcutk_log_softmax *p) {
    return mcutk_requantize(difference, p->multiplier, p->left_shift);
}

static void mcutk_log_softmax_row(const int8_t *in, int8_t *out, const mcutk_log_softmax *p) {
    int32_t highest = INT8_MIN;
    int32_t sum = 0; /* Q12.19 */
    for (int32_t c = 0; c < p->depth; ++c) {
        highest = in[c] > highest ? in[c] : highest;
    }
    for (int32_t c = 0; c < p->depth; ++c) {
        if (in[c] - highest >= p->diff_min) {
            sum += mcutk_divide_by_pot(mcutk_exp_q5(mcutk_log_softmax_scaled(in[c] - highest, p)), 12);
        }
    }
    const int32_t log_sum = mcutk_log_softmax_logarithm(sum);
    const int32_t least = mcutk_requantize(INT32_MIN + log_sum, p->back_multiplier, p->back_shift);
    const int32_t floor = mcutk_log_softmax_greater(p->diff_min - 1, least);
    for (int32_t c = 0; c < p->depth; ++c) {
        const int32_t difference = in[c] - highest;
        int32_t value = INT8_MIN;
        if (difference > floor) {
            value = mcutk_divide_by_pot(mcutk_log_softmax_scaled(difference, p) - log_sum, 31 - 5 - 4) + 127;
        }
        out[c] = (int8_t)mcutk_clamp(value, INT8_MIN, INT8_MAX);
    }
}

void mcutk_log_softmax_s8(const int8_t *in, int8_t *out, const mcutk_log_softmax *p) {
    for (int32_t row = 0; row < p->rows; ++row) {
        mcutk_log_softmax_row(in, out, p);
        in += p->depth;
        out += p->depth;
    }
}
