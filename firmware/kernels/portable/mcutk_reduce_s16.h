/* MEAN and SUM over any axes, int16. */
#ifndef MCUTK_REDUCE_S16_H
#define MCUTK_REDUCE_S16_H

#include "mcutk_reduce.h"

/* As mcutk_reduce_s8; |sum| stays in int32 for up to 2^15 elements per sum. */
void mcutk_reduce_s16(const int16_t *in, int16_t *out, const mcutk_reduce *p);

#endif
