/* AVERAGE_POOL_2D and MAX_POOL_2D, int8 NHWC.
 *
 * A window is cut to the image; the average divides by the number of taps inside and rounds halves away from zero, as
 * TensorFlow Lite Micro does. Outputs are written upward; an output pixel is written while its window is read, and nothing
 * before the window's first byte is read again later.
 */
#ifndef MCUTK_POOL_H
#define MCUTK_POOL_H

#include <stdint.h>

typedef struct {
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    int16_t pad_top, pad_left; /* rows above and columns left of the image, which no window counts */
    int8_t act_min, act_max;   /* clamp, output zero point included */
} mcutk_pool;

/* in [in_h][in_w][channels] -> out [out_h][out_w][channels] */
void mcutk_average_pool_s8(const int8_t *in, int8_t *out, const mcutk_pool *p);
void mcutk_max_pool_s8(const int8_t *in, int8_t *out, const mcutk_pool *p);

#endif
