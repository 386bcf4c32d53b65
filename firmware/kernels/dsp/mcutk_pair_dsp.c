#include "mcutk_pair_dsp.h"

#include "mcutk_requant.h"

void mcutk_pair_dsp_split(mcutk_pair_dsp *pair, int32_t wide) {
    const int32_t groups = pair->out_c / MCUTK_GROUP;
    pair->whole.scales_end = pair->whole.scales + groups;
    pair->rest_c = pair->out_c % MCUTK_GROUP;
    pair->rest = pair->whole;
    pair->rest.weights += groups * mcutk_pair_dsp_group_words(pair, wide);
    pair->rest.scales = pair->whole.scales_end;
    pair->rest.scales_end = pair->rest.scales + 1;
}

static inline void mcutk_pair_dsp_scale(
    mcutk_pair_dsp *pair, int32_t second, int32_t wide, mcutk_gemm_raw_fn *sum_group) {
    const mcutk_scale_dsp *scale = pair->scales;
    const int32_t group_words = mcutk_pair_dsp_group_words(pair, wide);
    mcutk_gemm group = pair->whole;
    for (int32_t c = 0; c < pair->out_c; c += MCUTK_GROUP) {
        int32_t sums[2 * MCUTK_GROUP];
        sum_group(&group, sums);
        group.weights += group_words;
        for (int32_t i = 0; i < MCUTK_GROUP && c + i < pair->out_c; ++i, ++scale) {
            for (int32_t pixel = 0; pixel < 2; ++pixel) {
                pair->out[pixel * second + c + i] =
                    (int8_t)mcutk_finish(sums[pixel * MCUTK_GROUP + i], scale->multiplier, scale->shift,
                                         pair->out_zero_point, pair->act_min, pair->act_max);
            }
        }
    }
    pair->out += pair->out_c + second;
}

void mcutk_pair_dsp_any(mcutk_pair_dsp *pair, int32_t second) {
    mcutk_pair_dsp_scale(pair, second, 0, mcutk_gemm_dsp_raw);
}

void mcutk_pair_wide_dsp_any(mcutk_pair_dsp *pair, int32_t second) {
    mcutk_pair_dsp_scale(pair, second, 1, mcutk_gemm_wide_dsp_raw);
}
