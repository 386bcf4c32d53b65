#include "mcutk_softmax.h"

#include "mcutk_fixed.h"
#include "mcutk_requant.h"

/* exp(scaled difference) in Q0.31. */
static int32_t mcutk_softmax_exponential(int32_t difference, const mcutk_softmax *p) {
    return mcutk_exp_q5(mcutk_high_mul(mcutk_shift_left(difference, p->left_shift), p->multiplier));
}

/* What a row's exponentials have in common. */
typedef struct {
    int32_t highest; /* input */
    int32_t scale;   /* of each, Q0.31 */
    int32_t right;   /* shift of the product, for outputs of 0 bits */
} mcutk_softmax_row;

static mcutk_softmax_row mcutk_softmax_sum(const int8_t *in, const mcutk_softmax *p) {
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
    const mcutk_softmax_row row = {highest, mcutk_reciprocal_q0(fraction), 12 - headroom + 31};
    return row;
}

/* A probability of `bits` bits. A shift above 31 leaves nothing of it: rows of 512 equal inputs. */
static int32_t mcutk_softmax_value(int32_t in, const mcutk_softmax_row *row, int32_t bits, const mcutk_softmax *p) {
    const int32_t right = row->right - bits;
    if (in - row->highest < p->diff_min || right > 31) {
        return 0;
    }
    const int32_t exponential = mcutk_softmax_exponential(in - row->highest, p);
    return mcutk_divide_by_pot(mcutk_fixed_mul(row->scale, exponential), right);
}

void mcutk_softmax_s8(const int8_t *in, int8_t *out, const mcutk_softmax *p) {
    for (int32_t row = 0; row < p->rows; ++row) {
        const mcutk_softmax_row sum = mcutk_softmax_sum(in, p);
        for (int32_t c = 0; c < p->depth; ++c) {
            out[c] = (int8_t)mcutk_clamp(INT8_MIN + mcutk_softmax_value(in[c], &sum, 8, p), INT8_MIN, INT8_MAX);
        }
        in += p->depth;
        out += p->depth;
    }
}

void mcutk_softmax_s8_s16(const int8_t *in, int16_t *out, const mcutk_softmax *p) {
    for (int32_t row = 0; row < p->rows; ++row) {
        const mcutk_softmax_row sum = mcutk_softmax_sum(in, p);
        for (int32_t c = 0; c < p->depth; ++c) {
            out[c] = (int16_t)mcutk_clamp(INT16_MIN + mcutk_softmax_value(in[c], &sum, 16, p), INT16_MIN, INT16_MAX);
        }
        in += p->depth;
        out += p->depth;
    }
}
