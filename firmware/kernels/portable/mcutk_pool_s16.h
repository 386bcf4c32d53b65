/* AVERAGE_POOL_2D and MAX_POOL_2D, int16 NHWC. The contract is that of mcutk_pool.h, but input and output do not overlap. */
#ifndef MCUTK_POOL_S16_H
#define MCUTK_POOL_S16_H

#include <stdint.h>

typedef struct {
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    int16_t pad_top, pad_left; /* rows above and columns left of the image, which no window counts */
    int16_t act_min, act_max;
} mcutk_pool_wide;

/* in [in_h][in_w][channels] -> out [out_h][out_w][channels] */
void mcutk_average_pool_s16(const int16_t *in, int16_t *out, const mcutk_pool_wide *p);
void mcutk_max_pool_s16(const int16_t *in, int16_t *out, const mcutk_pool_wide *p);

#endif
