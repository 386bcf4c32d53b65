#include "mcutk_fc_eight.h"

#include "mcutk_finish.h"

/* Outputs that are brought to int8 together. */
#define FINISHED 16

#define STEP(i)                                                                                                        \
    do {                                                                                                               \
        const int32_t x = in[i];                                                                                       \
        s0 += x * weights[8 * (i)];                                                                                    \
        s1 += x * weights[8 * (i) + 1];                                                                                \
        s2 += x * weights[8 * (i) + 2];                                                                                \
        s3 += x * weights[8 * (i) + 3];                                                                                \
        s4 += x * weights[8 * (i) + 4];                                                                                \
        s5 += x * weights[8 * (i) + 5];                                                                                \
        s6 += x * weights[8 * (i) + 6];                                                                                \
        s7 += x * weights[8 * (i) + 7];                                                                                \
    } while (0)

#define FOUR_STEPS(i)                                                                                                  \
    do {                                                                                                               \
        STEP(i);                                                                                                       \
        STEP((i) + 1);                                                                                                 \
        STEP((i) + 2);                                                                                                 \
        STEP((i) + 3);                                                                                                 \
    } while (0)

/* Sums of eight outputs, biases included: sums[0], sums[4], sums[8] ... Returns the end of their weights. */
static const int8_t *mcutk_fc_eight_sums(const int8_t *in, const int8_t *weights, int32_t depth,
                                         const mcutk_channel *channel, int32_t sums[32]) {
    int32_t s0 = channel[0].bias, s1 = channel[1].bias, s2 = channel[2].bias, s3 = channel[3].bias;
    int32_t s4 = channel[4].bias, s5 = channel[5].bias, s6 = channel[6].bias, s7 = channel[7].bias;
    const int8_t *end = in + (depth & ~15);
    while (in != end) {
        FOUR_STEPS(0);
        FOUR_STEPS(4);
        FOUR_STEPS(8);
        FOUR_STEPS(12);
        in += 16;
        weights += 128;
    }
    for (end += depth & 15; in != end; ++in) {
        STEP(0);
        weights += 8;
    }
    sums[0] = s0;
    sums[4] = s1;
    sums[8] = s2;
    sums[12] = s3;
    sums[16] = s4;
    sums[20] = s5;
    sums[24] = s6;
    sums[28] = s7;
    return weights;
}

void mcutk_fc_eight_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_eight *p) {
    const mcutk_fc_shape *const s = &p->shape;
    const mcutk_finish_layer finish = {p->finish, s->out_c, s->out_zero_point, s->act_min, s->act_max};
    const int32_t out_c = s->out_c;
    const mcutk_channel *const table = p->channels;
    (void)scratch;
    for (int32_t row = s->rows; row > 0; --row) {
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += FINISHED) {
            int32_t sums[4 * FINISHED];
            const int32_t channels = out_c - c < FINISHED ? out_c - c : FINISHED;
            for (int32_t i = 0; i < channels; i += 8) {
                weights = mcutk_fc_eight_sums(in, weights, s->in_c, table + c + i, sums + 4 * i);
            }
            mcutk_finish_block(sums, out + c, &finish, table + c, table + c + channels, 1);
        }
        in += s->in_c;
        out += out_c;
    }
}
