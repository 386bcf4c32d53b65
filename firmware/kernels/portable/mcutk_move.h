/* Operators that move bytes without arithmetic: PAD, SLICE, STRIDED_SLICE, SPLIT, CONCATENATION, TRANSPOSE,
 * RESIZE_NEAREST_NEIGHBOR and plain copies. Elements of any type, as bytes. Input and output do not overlap, except where a
 * function permits it. */
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

/* out[y][x] = in[rows[y]][columns[x]], pixels of `pixel` bytes, in_w pixels per row. */
void mcutk_resize_nearest(const uint8_t *in, uint8_t *out, const uint16_t *rows, const uint16_t *columns, int32_t out_h,
                          int32_t out_w, int32_t in_w, int32_t pixel);

#endif
