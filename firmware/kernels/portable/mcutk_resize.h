/* RESIZE_BILINEAR, int8, with ten fraction bits. */
#ifndef MCUTK_RESIZE_H
#define MCUTK_RESIZE_H

#include <stdint.h>

/* A row of a table: lower and upper neighbour, and the weight of the upper in 1/1024. */
typedef struct {
    const int16_t *rows;    /* [out_h][3] */
    const int16_t *columns; /* [out_w][3] */
    int32_t out_h, out_w;
    int32_t in_w, channels;
} mcutk_bilinear;

/* in [..][in_w][channels] -> out [out_h][out_w][channels]; they do not overlap. */
void mcutk_resize_bilinear_s8(const int8_t *in, int8_t *out, const mcutk_bilinear *p);

#endif
