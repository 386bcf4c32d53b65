/* CUMSUM, ADD_N and L2_NORMALIZATION, int8. */
#ifndef MCUTK_SUMS_H
#define MCUTK_SUMS_H

#include "mcutk_elementwise.h"

/* CUMSUM along the middle of [outer][size][inner]; forward or reverse, each sum with or without its own element. Of `p`
 * the numbers of a, left_shift and those of the output are used. In place if `out` is `in`. */
void mcutk_cumsum_s8(const int8_t *in, int8_t *out, const mcutk_add *p, int32_t outer, int32_t size, int32_t inner,
                     int32_t reverse, int32_t exclusive);

/* ADD_N of 2 to 8 inputs of `count` elements; unused inputs are NULL. The output may be any of the inputs. */
void mcutk_add_n_s8(const int8_t *a, const int8_t *b, const int8_t *c, const int8_t *d, const int8_t *e,
                    const int8_t *f, const int8_t *g, const int8_t *h, int8_t *out, const mcutk_add *p, int32_t count);

/* Each row of `depth` values over the root of the sum of its squares, in 128ths. In place if `out` is `in`. */
void mcutk_l2_normalization_s8(const int8_t *in, int8_t *out, int32_t rows, int32_t depth, int32_t zero_point);

#endif
