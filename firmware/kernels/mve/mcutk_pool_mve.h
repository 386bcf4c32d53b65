/* AVERAGE_POOL_2D and MAX_POOL_2D with Helium, eight or sixteen channels at a time; mcutk_pool.h has the contract. A window is
 * read again for each group of channels, and the outputs of a pixel are written group by group. */
#ifndef MCUTK_POOL_MVE_H
#define MCUTK_POOL_MVE_H

#include "mcutk_pool.h"

/* Most pixels of a window of the average. */
#define MCUTK_POOL_MVE_TAPS 5770

void mcutk_average_pool_mve(const int8_t *in, int8_t *out, const mcutk_pool *p);
void mcutk_max_pool_mve(const int8_t *in, int8_t *out, const mcutk_pool *p);

#endif
