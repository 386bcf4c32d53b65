/* The windows of consecutive output pixels, gathered as columns: what the blocked convolutions share. */
#ifndef MCUTK_COLUMNS_H
#define MCUTK_COLUMNS_H

#include "mcutk_types.h"

/* Writes the window of output pixel `pixel` (raster index) to column[0], column[4], column[8] …, in the order
 * [kernel_h][kernel_w][in_c], padding included. Four pixels interleave into one array of kernel_h * kernel_w * in_c * 4. */
void mcutk_gather_column(const int8_t *in, int8_t *column, const mcutk_conv *p, int32_t y, int32_t x);

#endif
