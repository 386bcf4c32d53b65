/* RESIZE_BILINEAR, int8, with ten fraction bits. */
#ifndef MCUTK_RESIZE_H
#define MCUTK_RESIZE_H

#include <stdint.h>

/* Inputs of one output row or column. */
typedef struct {
    int16_t lower, upper; /* input rows or columns on both sides */
    int16_t weight;       /* of the upper one, in 1/1024 */
} mcutk_bilinear_tap;

typedef struct {
    const mcutk_bilinear_tap *rows;    /* [out_h] */
    const mcutk_bilinear_tap *columns; /* [out_w] */
    int32_t out_h, out_w;
    int32_t in_w, channels;
} mcutk_bilinear;

/* in [..][in_w][channels] -> out [out_h][out_w][channels]; they do not overlap. */
void mcutk_resize_bilinear_s8(const int8_t *in, int8_t *out, const mcutk_bilinear *p);

#endif
