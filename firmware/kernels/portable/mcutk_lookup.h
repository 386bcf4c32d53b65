/* Every operator that maps one byte to one byte: RELU, LOGISTIC, TANH, HARD_SWISH, REQUANTIZE between 8-bit types … */
#ifndef MCUTK_LOOKUP_H
#define MCUTK_LOOKUP_H

#include <stdint.h>

/* out[i] = table[in[i]], the bytes taken as unsigned. table is in flash. in and out may be the same. */
void mcutk_lookup_8(const void *in, void *out, const uint8_t table[256], int32_t count);

#endif
