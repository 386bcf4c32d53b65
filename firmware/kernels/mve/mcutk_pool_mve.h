/* AVERAGE_POOL_2D and MAX_POOL_2D with Helium: the contract of mcutk_pool.h, eight or sixteen channels at a time. A window's pixels are
 * read again for every group of channels, and a pixel's outputs are written group by group. */
#ifndef MCUTK_POOL_MVE_H
#define MCUTK_POOL_MVE_H

#include "mcutk_pool.h"

void mcutk_average_pool_mve(const int8_t *in, int8_t *out, const mcutk_pool *p);
void mcutk_max_pool_mve(const int8_t *in, int8_t *out, const mcutk_pool *p);

#endif
