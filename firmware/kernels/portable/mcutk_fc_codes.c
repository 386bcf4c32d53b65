#include "mcutk_fc_codes.h"

#include "mcutk_requant.h"

/* The products of one input with the codes of two channels. Sums are modulo 2^32, as the accumulators are. */
#define PRODUCT(i, bits)                                                                                               \
    do {                                                                                                               \
        const uint32_t x = (uint32_t)in[i];                                                                            \
        a += x * (word_a >> (bits) * (i) & ((1u << (bits)) - 1u));                                                     \
        b += x * (word_b >> (bits) * (i) & ((1u << (bits)) - 1u));                                                     \
    } while (0)

#define FOUR_PRODUCTS(i, bits)                                                                                         \
    do {                                                                                                               \
        PRODUCT(i, bits);                                                                                              \
        PRODUCT((i) + 1, bits);                                                                                        \
        PRODUCT((i) + 2, bits);                                                                                        \
        PRODUCT((i) + 3, bits);                                                                                        \
    } while (0)

/* Sums of code times input of two channels: sums[0], sums[1]. */
static void mcutk_fc_codes_sums(const int8_t *in, int32_t in_c, const uint32_t *codes_a, const uint32_t *codes_b,
                                int32_t bits, uint32_t sums[2]) {
    const int32_t each = 32 / bits;
    uint32_t a = 0, b = 0;
    for (; in_c >= each; in_c -= each, in += each) {
        const uint32_t word_a = *codes_a++, word_b = *codes_b++;
        if (bits == 4) {
            FOUR_PRODUCTS(0, 4);
            FOUR_PRODUCTS(4, 4);
        } else {
            FOUR_PRODUCTS(0, 2);
            FOUR_PRODUCTS(4, 2);
            FOUR_PRODUCTS(8, 2);
            FOUR_PRODUCTS(12, 2);
        }
    }
    if (in_c > 0) {
        const uint32_t word_a = *codes_a, word_b = *codes_b;
        for (int32_t i = 0; i < in_c; ++i) {
            PRODUCT(i, bits);
        }
    }
    sums[0] = a;
    sums[1] = b;
}

static int32_t mcutk_fc_codes_total(const int8_t *in, int32_t in_c) {
    int32_t total = 0;
    for (int32_t i = 0; i < in_c; ++i) {
        total += in[i];
    }
    return total;
}

void mcutk_fc_codes_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_codes *p) {
    const mcutk_fc_shape *const s = &p->shape;
    const int32_t words = (s->in_c * p->bits + 31) / 32;
    (void)scratch;
    for (int32_t row = s->rows; row > 0; --row) {
        const int32_t offset = p->origin * mcutk_fc_codes_total(in, s->in_c);
        const uint32_t *codes = p->codes;
        for (int32_t c = 0; c < s->out_c; c += 2) {
            const int32_t left = s->out_c - c;
            const int32_t count = left < 2 ? left : 2;
            uint32_t sums[2];
            mcutk_fc_codes_sums(in, s->in_c, codes, codes + (count - 1) * words, p->bits, sums);
            codes += count * words;
            for (int32_t i = 0; i < count; ++i) {
                const mcutk_channel *const channel = p->channels + c + i;
                const uint32_t sum = (uint32_t)channel->bias + (uint32_t)offset + (uint32_t)p->step * sums[i];
                out[c + i] = (int8_t)mcutk_finish((int32_t)sum, channel->multiplier, channel->shift, s->out_zero_point,
                                                  s->act_min, s->act_max);
            }
        }
        in += s->in_c;
        out += s->out_c;
    }
}
