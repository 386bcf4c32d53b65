#include "mcutk_batch_matmul.h"

#include "mcutk_requant.h"

/* Numbers of the first elements of one matrix of the batch. */
typedef struct {
    int32_t a, b;
    int32_t index[3];
} mcutk_batch_place;

/* Goes to the next matrix; 0 after the last. Start with all members 0. */
static int mcutk_batch_next(mcutk_batch_place *place, const mcutk_batch_matmul *p) {
    for (int32_t loop = 2; loop >= 0; --loop) {
        place->a += p->stride_a[loop];
        place->b += p->stride_b[loop];
        if (++place->index[loop] < p->extent[loop]) {
            return 1;
        }
        place->a -= p->extent[loop] * p->stride_a[loop];
        place->b -= p->extent[loop] * p->stride_b[loop];
        place->index[loop] = 0;
    }
    return 0;
}

static int32_t mcutk_batch_sum_s8(const int8_t *a, const int8_t *b, const mcutk_batch_matmul *p) {
    int32_t sum = 0;
    for (int32_t i = 0; i < p->depth; ++i) {
        sum += (a[i * p->depth_a] - p->a_zero_point) * (b[i * p->depth_b] - p->b_zero_point);
    }
    return mcutk_finish(sum, p->multiplier, p->shift, p->out_zero_point, INT8_MIN, INT8_MAX);
}

void mcutk_batch_matmul_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_batch_matmul *p) {
    mcutk_batch_place place = {0, 0, {0, 0, 0}};
    do {
        for (int32_t row = 0; row < p->rows; ++row) {
            for (int32_t column = 0; column < p->columns; ++column) {
                const int8_t *first = a + place.a + row * p->row_a;
                const int8_t *second = b + place.b + column * p->column_b;
                *out++ = (int8_t)mcutk_batch_sum_s8(first, second, p);
            }
        }
    } while (mcutk_batch_next(&place, p));
}

static int32_t mcutk_batch_sum_s16(const int16_t *a, const int16_t *b, const mcutk_batch_matmul *p) {
    int64_t sum = 0;
    for (int32_t i = 0; i < p->depth; ++i) {
        sum += a[i * p->depth_a] * b[i * p->depth_b];
    }
    const int64_t rounded = (sum * p->multiplier + ((int64_t)1 << (p->shift - 1))) >> p->shift;
    return mcutk_clamp((int32_t)(uint32_t)rounded, INT16_MIN, INT16_MAX);
}

void mcutk_batch_matmul_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_batch_matmul *p) {
    mcutk_batch_place place = {0, 0, {0, 0, 0}};
    do {
        for (int32_t row = 0; row < p->rows; ++row) {
            for (int32_t column = 0; column < p->columns; ++column) {
                const int16_t *first = a + place.a + row * p->row_a;
                const int16_t *second = b + place.b + column * p->column_b;
                *out++ = (int16_t)mcutk_batch_sum_s16(first, second, p);
            }
        }
    } while (mcutk_batch_next(&place, p));
}
