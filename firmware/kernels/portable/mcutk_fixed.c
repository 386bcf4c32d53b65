#include "mcutk_fixed.h"

#include "mcutk_requant.h"

int32_t mcutk_fixed_mul(int32_t a, int32_t b) {
    if (a == INT32_MIN && b == INT32_MIN) {
        return INT32_MAX;
    }
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

int32_t mcutk_fixed_shift_left(int32_t a, int32_t exponent) {
    const int32_t highest = INT32_MAX >> exponent;
    if (a > highest) {
        return INT32_MAX;
    }
    return a < -highest - 1 ? INT32_MIN : mcutk_shift_left(a, exponent);
}

int32_t mcutk_leading_zeros(uint32_t a) {
    int32_t zeros = 32;
    for (; a != 0; a >>= 1) {
        --zeros;
    }
    return zeros;
}

/* exp(a) for a in [-1/4, 0) in Q0.31: Taylor around -1/8 up to the fourth power. */
static int32_t mcutk_fixed_exp_quarter(int32_t a) {
    const int32_t exp_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t x = a + (1 << 28); /* a + 1/8 */
    const int32_t x2 = mcutk_fixed_mul(x, x);
    const int32_t x3 = mcutk_fixed_mul(x2, x);
    const int32_t x4 = mcutk_fixed_mul(x2, x2);
    const int32_t inner = mcutk_fixed_mul(mcutk_divide_by_pot(x4, 2) + x3, third) + x2;
    return exp_minus_eighth + mcutk_fixed_mul(exp_minus_eighth, x + mcutk_divide_by_pot(inner, 1));
}

int32_t mcutk_exp_q5(int32_t a) {
    /* exp(-2^k) in Q0.31 for k = -2 .. 4 */
    static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = 1 << 24;
    const int32_t tail = (a & (quarter - 1)) - quarter; /* in [-1/4, 0) */
    const int32_t whole = tail - a;                     /* the rest, a multiple of 1/4 */
    int32_t result = mcutk_fixed_exp_quarter(mcutk_fixed_shift_left(tail, 5));
    for (int32_t i = 0; i < 7; ++i) {
        if ((whole >> (24 + i)) & 1) {
            result = mcutk_fixed_mul(result, powers[i]);
        }
    }
    return a == 0 ? INT32_MAX : result;
}

int32_t mcutk_reciprocal_q0(int32_t a) {
    const int32_t q2_48_17 = 1515870810;   /* 48 / 17 in Q2.29 */
    const int32_t q2_32_17 = -1010580540;  /* -32 / 17 in Q2.29 */
    const int32_t one_q2 = 1 << 29;
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2); /* (a + 1) / 2, rounded */
    int32_t x = q2_48_17 + mcutk_fixed_mul(half, q2_32_17);
    for (int32_t i = 0; i < 3; ++i) { /* Newton-Raphson */
        const int32_t residue = one_q2 - mcutk_fixed_mul(half, x);
        x += mcutk_fixed_shift_left(mcutk_fixed_mul(x, residue), 2);
    }
    return mcutk_fixed_shift_left(x, 1);
}

int32_t mcutk_inverse_sqrt(int32_t value, int32_t *shift) {
    int32_t right = 11;
    int32_t x = 1 << 28; /* 1 in Q3.28 */
    if (value <= 1) {
        *shift = 0;
        return INT32_MAX;
    }
    while (value >= 1 << 29) {
        value /= 4;
        ++right;
    }
    const int32_t pairs = (mcutk_leading_zeros((uint32_t)value) - 1) / 2 - 1;
    right -= pairs;
    const int32_t half = mcutk_divide_by_pot((value << (2 * pairs)) >> 1, 1);
    for (int32_t i = 0; i < 5; ++i) { /* Newton-Raphson */
        const int32_t cube = mcutk_fixed_shift_left(mcutk_fixed_mul(mcutk_fixed_mul(x, x), x), 6);
        const int32_t step = mcutk_fixed_mul((1 << 28) + (1 << 27), x) - mcutk_fixed_mul(half, cube);
        x = mcutk_fixed_shift_left(step, 3);
    }
    const int32_t root = mcutk_fixed_mul(x, 1518500250); /* sqrt(1/2) */
    *shift = right < 0 ? 0 : -right;
    return right < 0 ? mcutk_shift_left(root, -right) : root;
}
