/* Operators that move bytes without arithmetic: PAD, SLICE, SPLIT, CONCATENATION, TRANSPOSE, GATHER and others. Elements
 * of any type, as bytes. Input and output overlap only where each byte is read before it is written, in the order that a
 * function states. */
#ifndef MCUTK_MOVE_H
#define MCUTK_MOVE_H

#include <stdint.h>

/* Five loops, outermost first, around a run of `run` adjacent bytes. Strides are in bytes and may be negative or 0. */
typedef struct {
    int32_t extent[5];
    int32_t in_stride[5];
    int32_t out_stride[5];
    int32_t run;
} mcutk_copy;

/* Copies run by run, in loop order. Where the output's strides are those of a dense array, bytes are written upward. */
void mcutk_copy_strided(const uint8_t *in, uint8_t *out, const mcutk_copy *p);

/* Copies `bytes` upward; out may lie below in, overlapping it. */
void mcutk_copy_bytes(const uint8_t *in, uint8_t *out, int32_t bytes);

/* Sets `count` elements of 1, 2 or 4 bytes (`size`) to the low bytes of `value`; out is aligned to `size`. */
void mcutk_fill(uint8_t *out, int32_t value, int32_t size, int32_t count);

/* Copies rows * columns runs of `run` bytes upward, in order: run x of row y from in + outer[y] + inner[x]. */
void mcutk_copy_gathered(const uint8_t *in, uint8_t *out, const uint32_t *outer, const int32_t *inner, int32_t rows,
                         int32_t columns, int32_t run);

#endif
