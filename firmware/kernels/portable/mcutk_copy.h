/* Copies and fills of bytes, by words where both ends are aligned. */
#ifndef MCUTK_COPY_H
#define MCUTK_COPY_H

#include <stdint.h>

/* Copies upward: `out` may lie below `in` and overlap it. */
void mcutk_copy_up(void *out, const void *in, int32_t bytes);

void mcutk_set_bytes(void *out, int32_t value, int32_t bytes);

#endif
