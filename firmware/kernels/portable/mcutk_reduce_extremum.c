#include "mcutk_reduce_extremum.h"

/* The largest of the elements times `sign`, which is 1 or -1. */
static int32_t mcutk_reduce_largest(const int8_t *in, const mcutk_reduce_loops *p, int32_t sign) {
    const int32_t *extent = p->reduced_extent;
    const int32_t *stride = p->reduced_stride;
    int32_t largest = INT32_MIN;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k) {
                const int8_t *tap = in + i * stride[0] + j * stride[1] + k * stride[2];
                for (int32_t l = 0; l < extent[3]; ++l) {
                    const int32_t value = sign * *tap;
                    largest = value > largest ? value : largest;
                    tap += stride[3];
                }
            }
        }
    }
    return largest;
}

static void mcutk_reduce_extremum(const int8_t *in, int8_t *out, const mcutk_reduce_loops *p, int32_t sign) {
    const int32_t *extent = p->kept_extent;
    const int32_t *stride = p->kept_stride;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k) {
                const int8_t *first = in + i * stride[0] + j * stride[1] + k * stride[2];
                for (int32_t l = 0; l < extent[3]; ++l) {
                    *out++ = (int8_t)(sign * mcutk_reduce_largest(first, p, sign));
                    first += stride[3];
                }
            }
        }
    }
}

void mcutk_reduce_max_s8(const int8_t *in, int8_t *out, const mcutk_reduce_loops *p) {
    mcutk_reduce_extremum(in, out, p, 1);
}

void mcutk_reduce_min_s8(const int8_t *in, int8_t *out, const mcutk_reduce_loops *p) {
    mcutk_reduce_extremum(in, out, p, -1);
}
