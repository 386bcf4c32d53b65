/* ARG_MAX and ARG_MIN, int8 to int32. */
#ifndef MCUTK_ARG_MAX_H
#define MCUTK_ARG_MAX_H

#include <stdint.h>

/* in [outer][size][inner] -> out [outer][inner]: index of the largest, of the first among equals. They do not overlap. */
void mcutk_arg_max_s8(const int8_t *in, int32_t *out, int32_t outer, int32_t size, int32_t inner);

/* The same of the smallest. */
void mcutk_arg_min_s8(const int8_t *in, int32_t *out, int32_t outer, int32_t size, int32_t inner);

#endif
