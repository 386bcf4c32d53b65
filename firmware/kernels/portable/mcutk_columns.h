/* The windows of consecutive output pixels as columns of a matrix, for convolutions that compute several pixels together. */
#ifndef MCUTK_COLUMNS_H
#define MCUTK_COLUMNS_H

#include "mcutk_types.h"

/* Writes the window of output pixel (y, x), padding included, in the order [kernel_h][kernel_w][in_c] to column[0],
 * column[4], column[8] ...: four pixels interleave in one array of kernel_h * kernel_w * in_c * 4 bytes. */
void mcutk_gather_column(const int8_t *in, int8_t *column, const mcutk_conv_shape *s, int32_t y, int32_t x);

#endif
