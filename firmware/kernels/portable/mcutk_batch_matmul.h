/* BATCH_MATMUL: out = a x b for each matrix of a batch. int8, or int16 with zero point 0. */
#ifndef MCUTK_BATCH_MATMUL_H
#define MCUTK_BATCH_MATMUL_H

#include <stdint.h>

/* A sum is rescaled as in mcutk_channel; that of int16 by a multiplier of 15 bits and a right shift, rounded once. */
typedef struct {
    int32_t extent[3];                  /* of the batch; unused extents are 1 */
    int32_t stride_a[3], stride_b[3];   /* between matrices, in elements, 0 where one is broadcast */
    int32_t rows, depth, columns;       /* [rows][depth] x [depth][columns] */
    int32_t row_a, depth_a;             /* strides within a matrix of a */
    int32_t depth_b, column_b;          /* and of b */
    int32_t a_zero_point, b_zero_point, out_zero_point;
    int32_t multiplier, shift;
} mcutk_batch_matmul;

/* The output is written upward and overlaps no input. */
void mcutk_batch_matmul_s8(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_batch_matmul *p);
void mcutk_batch_matmul_s16(const int16_t *a, const int16_t *b, int16_t *out, const mcutk_batch_matmul *p);

#endif
