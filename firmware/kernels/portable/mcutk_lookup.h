/* Operators that map each byte to a byte: RELU, LOGISTIC, TANH, HARD_SWISH, QUANTIZE between 8-bit types and others. */
#ifndef MCUTK_LOOKUP_H
#define MCUTK_LOOKUP_H

#include <stdint.h>

/* out[i] = table[in[i]]; an int8 input is indexed by its unsigned byte. table is in flash. in and out may be the same. */
void mcutk_lookup_8(const uint8_t *in, uint8_t *out, const uint8_t table[256], int32_t count);

#endif
