#include "mcutk_sums.h"

#include <stddef.h>

#include "mcutk_fixed.h"
#include "mcutk_requant.h"

/* An input as ADD scales its first. */
static uint32_t mcutk_sums_scaled(int32_t x, const mcutk_add *p) {
    const int32_t wide = (x - p->a_zero_point) * (1 << p->left_shift);
    return (uint32_t)mcutk_requantize(wide, p->a_multiplier, p->a_shift);
}

static int8_t mcutk_sums_finish(uint32_t sum, const mcutk_add *p) {
    return (int8_t)mcutk_finish((int32_t)sum, p->out_multiplier, p->out_shift, p->out_zero_point, p->act_min, p->act_max);
}

void mcutk_cumsum_s8(const int8_t *in, int8_t *out, const mcutk_add *p, int32_t outer, int32_t size, int32_t inner,
                     int32_t reverse, int32_t exclusive) {
    for (int32_t line = 0; line < outer * inner; ++line) {
        const int32_t first = line / inner * size * inner + line % inner;
        uint32_t sum = mcutk_sums_scaled(0, p); /* as the reference begins, whatever the zero point */
        for (int32_t i = 0; i < size; ++i) {
            const int32_t place = first + (reverse ? size - 1 - i : i) * inner;
            const uint32_t before = sum;
            sum += mcutk_sums_scaled(in[place], p);
            out[place] = mcutk_sums_finish(exclusive ? before : sum, p);
        }
    }
}

void mcutk_add_n_s8(const int8_t *a, const int8_t *b, const int8_t *c, const int8_t *d, const int8_t *e,
                    const int8_t *f, const int8_t *g, const int8_t *h, int8_t *out, const mcutk_add *p, int32_t count) {
    const int8_t *const inputs[8] = {a, b, c, d, e, f, g, h};
    for (int32_t i = 0; i < count; ++i) {
        uint32_t sum = mcutk_sums_scaled(0, p); /* as the reference begins, whatever the zero point */
        for (int32_t number = 0; number < 8 && inputs[number] != NULL; ++number) {
            sum += mcutk_sums_scaled(inputs[number][i], p);
        }
        out[i] = mcutk_sums_finish(sum, p);
    }
}

void mcutk_l2_normalization_s8(const int8_t *in, int8_t *out, int32_t rows, int32_t depth, int32_t zero_point) {
    for (int32_t row = 0; row < rows; ++row) {
        int32_t shift = 0;
        int32_t sum = 0;
        for (int32_t c = 0; c < depth; ++c) {
            const int32_t x = in[c] - zero_point;
            sum += x * x;
        }
        const int32_t inverse = mcutk_inverse_sqrt(sum, &shift);
        for (int32_t c = 0; c < depth; ++c) {
            out[c] = (int8_t)mcutk_finish(in[c] - zero_point, inverse, shift + 7, 0, INT8_MIN, INT8_MAX);
        }
        in += depth;
        out += depth;
    }
}
