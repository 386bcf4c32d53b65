#include "mcutk_reduce_s16.h"

#include "mcutk_requant.h"

static int32_t mcutk_reduce_sum_s16(const int16_t *in, const mcutk_reduce *p) {
    const int32_t *extent = p->reduced_extent;
    const int32_t *stride = p->reduced_stride;
    int32_t sum = 0;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k) {
                const int16_t *tap = in + i * stride[0] + j * stride[1] + k * stride[2];
                for (int32_t l = 0; l < extent[3]; ++l) {
                    sum += *tap;
                    tap += stride[3];
                }
            }
        }
    }
    return sum;
}

void mcutk_reduce_s16(const int16_t *in, int16_t *out, const mcutk_reduce *p) {
    const int32_t *extent = p->kept_extent;
    const int32_t *stride = p->kept_stride;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k) {
                const int16_t *first = in + i * stride[0] + j * stride[1] + k * stride[2];
                for (int32_t l = 0; l < extent[3]; ++l) {
                    const int32_t sum = mcutk_reduce_sum_s16(first, p) - p->offset;
                    *out++ = (int16_t)mcutk_finish(sum, p->multiplier, p->shift, p->out_zero_point, INT16_MIN, INT16_MAX);
                    first += stride[3];
                }
            }
        }
    }
}
