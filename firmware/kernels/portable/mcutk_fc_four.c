#include "mcutk_fc_four.h"

#include "mcutk_fc_four_job.h"
#include "mcutk_finish.h"

/* Outputs that are brought to int8 together. */
#define FINISHED 16

#if !defined(__ARM_ARCH_6M__) /* there it is assembly */
static void mcutk_fc_four_multiply(mcutk_fc_four_job *j) {
    for (; j->groups > 0; --j->groups) {
        int32_t s0 = j->channel[0].bias, s1 = j->channel[1].bias, s2 = j->channel[2].bias, s3 = j->channel[3].bias;
        for (const int8_t *at = j->in; at != j->end; ++at) {
            s0 += *at * j->weights[0];
            s1 += *at * j->weights[1];
            s2 += *at * j->weights[2];
            s3 += *at * j->weights[3];
            j->weights += 4;
        }
        j->sums[0] = s0;
        j->sums[4] = s1;
        j->sums[8] = s2;
        j->sums[12] = s3;
        j->sums += 16;
        j->channel += 4;
        j->weights += j->skip;
    }
}
#endif

/* Adds the products of the last `count` inputs to the sums of `groups` times four outputs. */
static void mcutk_fc_four_add_rest(const int8_t *in, const int8_t *weights, int32_t count, int32_t *sums, int32_t groups,
                                   int32_t skip) {
    for (; groups > 0; --groups) {
        for (int32_t k = 0; k < count; ++k) {
            for (int32_t i = 0; i < 4; ++i) {
                sums[4 * i] += in[k] * *weights++;
            }
        }
        sums += 16;
        weights += skip;
    }
}

/* Sums of up to sixteen outputs. */
static void mcutk_fc_four_sums(const int8_t *in, const int8_t *weights, int32_t depth, const mcutk_channel *channel,
                               int32_t *sums, int32_t groups) {
    const int32_t rest = depth & (MCUTK_FC_FOUR_UNROLL - 1);
    const int32_t even = depth - rest;
    if (even > 0) {
        mcutk_fc_four_job job = {weights, in + even, channel, sums, groups, 4 * rest, in};
        mcutk_fc_four_multiply(&job);
    } else {
        for (int32_t i = 0; i < 4 * groups; ++i) {
            sums[4 * i] = channel[i].bias;
        }
    }
    if (rest > 0) {
        mcutk_fc_four_add_rest(in + even, weights + 4 * even, rest, sums, groups, 4 * even);
    }
}

void mcutk_fc_four_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_four *p) {
    const mcutk_fc_shape *const s = &p->shape;
    const mcutk_finish_layer finish = {p->finish, s->out_c, s->out_zero_point, s->act_min, s->act_max};
    const int32_t out_c = s->out_c;
    const int32_t depth = s->in_c;
    const mcutk_channel *const table = p->channels;
    (void)scratch;
    for (int32_t row = s->rows; row > 0; --row) {
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += FINISHED) {
            int32_t sums[4 * FINISHED];
            const int32_t channels = out_c - c < FINISHED ? out_c - c : FINISHED;
            mcutk_fc_four_sums(in, weights, depth, table + c, sums, (channels + 3) >> 2);
            weights += FINISHED * depth;
            mcutk_finish_block(sums, out + c, &finish, table + c, table + c + channels, 1);
        }
        in += depth;
        out += out_c;
    }
}
