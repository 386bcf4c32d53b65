/* AVERAGE_POOL_2D and MAX_POOL_2D with the DSP extension, four channels at a time. Contract: mcutk_pool.h. */
#ifndef MCUTK_POOL_DSP_H
#define MCUTK_POOL_DSP_H

#include "mcutk_pool.h"

/* in [in_h][in_w][channels] -> out [out_h][out_w][channels] */
void mcutk_average_pool_dsp(const int8_t *in, int8_t *out, const mcutk_pool *p);
void mcutk_max_pool_dsp(const int8_t *in, int8_t *out, const mcutk_pool *p);

#endif
