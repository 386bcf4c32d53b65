#include "mcutk_gather_dsp.h"

#include <string.h>

static void mcutk_gather_dsp_copy(int8_t *to, const int8_t *from, int32_t count) {
    if (count >= 4) {
        int8_t *const last = to + count - 4;
        const int8_t *const last_from = from + count - 4;
        for (; to < last; to += 4, from += 4) {
            memcpy(to, from, 4);
        }
        memcpy(last, last_from, 4); /* overlaps, so that nothing is read past the run */
        return;
    }
    for (; count > 0; --count) {
        *to++ = *from++;
    }
}

static int8_t *mcutk_gather_dsp_pad(int8_t *to, int8_t value, int32_t count) {
    for (; count > 0; --count) {
        *to++ = value;
    }
    return to;
}

static int32_t mcutk_gather_dsp_least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

void mcutk_gather_dsp_window(int8_t *to, const int8_t *in, const mcutk_conv_shape *shape, int32_t y, int32_t x) {
    const int32_t in_c = shape->in_c, in_w = shape->in_w, wide = shape->kernel_w;
    for (int32_t ky = 0; ky < shape->kernel_h; ++ky, y += shape->dilation_h) {
        if (y < 0 || y >= shape->in_h) {
            to = mcutk_gather_dsp_pad(to, shape->in_zero_point, wide * in_c);
            continue;
        }
        const int8_t *const row = in + y * in_w * in_c;
        for (int32_t kx = 0, count; kx < wide; kx += count) { /* adjacent pixels, all inside the image or all outside */
            const int32_t column = x + kx * shape->dilation_w;
            const int32_t most = shape->dilation_w == 1 ? wide - kx : 1;
            if (column < 0) {
                count = mcutk_gather_dsp_least(most, -column);
                to = mcutk_gather_dsp_pad(to, shape->in_zero_point, count * in_c);
            } else if (column >= in_w) {
                count = most;
                to = mcutk_gather_dsp_pad(to, shape->in_zero_point, count * in_c);
            } else {
                count = mcutk_gather_dsp_least(most, in_w - column);
                mcutk_gather_dsp_copy(to, row + column * in_c, count * in_c);
                to += count * in_c;
            }
        }
    }
}
