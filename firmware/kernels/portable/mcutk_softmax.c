#include "mcutk_softmax.h"

#include "mcutk_fixed.h"
#include "mcutk_requant.h"

/* exp(scaled difference) in Q0.31. */
static int32_t mcutk_softmax_exponential(int32_t difference, const mcutk_softmax *p) {
    return mcutk_exp_q5(mcutk_high_mul(mcutk_shift_left(difference, p->left_shift), p->multiplier));
}

static void mcutk_softmax_row(const int8_t *in, int8_t *out, const mcutk_softmax *p) {
    int32_t highest = INT8_MIN;
    int32_t sum = 0; /* Q12.19 */
    for (int32_t c = 0; c < p->depth; ++c) {
        highest = in[c] > highest ? in[c] : highest;
    }
    for (int32_t c = 0; c < p->depth; ++c) {
        if (in[c] - highest >= p->diff_min) {
            sum += mcutk_divide_by_pot(mcutk_softmax_exponential(in[c] - highest, p), 12);
        }
    }
    const int32_t headroom = mcutk_leading_zeros((uint32_t)sum);
    const int32_t fraction = (int32_t)(((uint32_t)sum << headroom) - (1u << 31));
    const int32_t scale = mcutk_reciprocal_q0(fraction);
    const int32_t right = 12 - headroom + 31 - 8; /* above 31 nothing is left of a value: rows of 512 equal inputs */
    for (int32_t c = 0; c < p->depth; ++c) {
        int32_t value = INT8_MIN;
        if (in[c] - highest >= p->diff_min && right < 32) {
            value += mcutk_divide_by_pot(mcutk_fixed_mul(scale, mcutk_softmax_exponential(in[c] - highest, p)), right);
        }
        out[c] = (int8_t)mcutk_clamp(value, INT8_MIN, INT8_MAX);
    }
}

void mcutk_softmax_s8(const int8_t *in, int8_t *out, const mcutk_softmax *p) {
    for (int32_t row = 0; row < p->rows; ++row) {
        mcutk_softmax_row(in, out, p);
        in += p->depth;
        out += p->depth;
    }
}
