#include "mcutk_fc_generic.h"

#include "mcutk_requant.h"

void mcutk_fc_generic_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_generic *p) {
    const mcutk_fc_shape *const s = &p->shape;
    const int32_t in_c = s->in_c;
    (void)scratch;
    for (int32_t row = 0; row < s->rows; ++row) {
        const int8_t *weights = p->weights;
        const mcutk_channel *channel = p->channels;
        for (int32_t c = 0; c < s->out_c; ++c) {
            int32_t sum = 0;
            for (int32_t i = 0; i < in_c; ++i) {
                sum += in[i] * weights[i];
            }
            sum = (int32_t)((uint32_t)sum + (uint32_t)channel->bias);
            *out++ = (int8_t)mcutk_finish(sum, channel->multiplier, channel->shift, s->out_zero_point, s->act_min,
                                          s->act_max);
            weights += in_c;
            ++channel;
        }
        in += in_c;
    }
}
