/* Copies and fills of bytes, by words where both ends are aligned. */
#ifndef MCUTK_COPY_H
#define MCUTK_COPY_H

#include <stdint.h>

/* Copies upward: `out` may lie below `in` and overlap it. */
void mcutk_copy_up(uint8_t *out, const uint8_t *in, int32_t bytes);

/* Sets `bytes` bytes to the low byte of `value`. */
void mcutk_set_bytes(uint8_t *out, int32_t value, int32_t bytes);

#endif
