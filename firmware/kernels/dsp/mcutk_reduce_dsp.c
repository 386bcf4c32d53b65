#include "mcutk_reduce_dsp.h"

#include "mcutk_requant.h"
#include "mcutk_sums_dsp.h"

/* Outputs that are computed together. */
#define GROUP 4

static void mcutk_reduce_dsp_sum(int32_t sums[GROUP], const int8_t *in, const mcutk_reduce *p) {
    const int32_t *const extent = p->reduced_extent;
    const int32_t *const stride = p->reduced_stride;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k) {
                mcutk_sums_dsp_add(sums, in + i * stride[0] + j * stride[1] + k * stride[2], stride[3], extent[3]);
            }
        }
    }
}

/* Four adjacent outputs or more. The last group starts within the one before it. */
static void mcutk_reduce_dsp_run(const int8_t *in, int8_t *out, const mcutk_reduce *p) {
    const int32_t count = p->kept_extent[3];
    for (int32_t c = 0; c < count; c += GROUP) {
        const int32_t first = c + GROUP <= count ? c : count - GROUP;
        int32_t sums[GROUP] = {0};
        mcutk_reduce_dsp_sum(sums, in + first, p);
        for (int32_t k = 0; k < GROUP; ++k) {
            const int32_t sum = sums[k] - p->offset;
            out[first + k] = (int8_t)mcutk_finish(sum, p->multiplier, p->shift, p->out_zero_point, INT8_MIN, INT8_MAX);
        }
    }
}

void mcutk_reduce_dsp(const int8_t *in, int8_t *out, const mcutk_reduce *p) {
    const int32_t *const extent = p->kept_extent;
    const int32_t *const stride = p->kept_stride;
    for (int32_t i = 0; i < extent[0]; ++i) {
        for (int32_t j = 0; j < extent[1]; ++j) {
            for (int32_t k = 0; k < extent[2]; ++k, out += extent[3]) {
                mcutk_reduce_dsp_run(in + i * stride[0] + j * stride[1] + k * stride[2], out, p);
            }
        }
    }
}
