/* MEAN and SUM with the DSP extension, four adjacent outputs at a time. Contract: mcutk_reduce.h; moreover,
 * the innermost kept axis has stride 1 and extent 4 or more (channels are kept). */
#ifndef MCUTK_REDUCE_DSP_H
#define MCUTK_REDUCE_DSP_H

#include "mcutk_reduce.h"

void mcutk_reduce_dsp(const int8_t *in, int8_t *out, const mcutk_reduce *p);

#endif
