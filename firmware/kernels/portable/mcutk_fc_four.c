#include "mcutk_fc_four.h"

#include "mcutk_finish.h"

/* sums[0], [4], [8], [12] += products of `in` up to `end`, a multiple of eight and not zero inputs, with weights [..][4]. */
#if defined(__ARM_ARCH_6M__) && defined(__GNUC__)
/* 116 instructions for 32 products. r0 inputs, r1 weights, r2 to r5 the offsets 0 to 3, r6 weight and product, r7 input,
 * r8 to r11 sums, r12 end. */
#define PRODUCT(offset, sum) "ldrsb r6, [r1, " #offset "]\nmuls r6, r7, r6\nadd " #sum ", r6\n"
#define STEP(offset)                                                                                                   \
    "ldrsb r7, [r0, " #offset "]\n" PRODUCT(r2, r8) PRODUCT(r3, r9) PRODUCT(r4, r10) PRODUCT(r5, r11) "adds r1, #4\n"
#define FOUR_STEPS STEP(r2) STEP(r3) STEP(r4) STEP(r5) "adds r0, #4\n"

#define UNUSED __attribute__((unused))

__attribute__((naked, noinline)) static void multiply(const int8_t *in UNUSED, const int8_t *weights UNUSED,
                                                      const int8_t *end UNUSED, int32_t *sums UNUSED) {
    __asm__ volatile(".syntax unified\n"
                     "push {r3, r4, r5, r6, r7, lr}\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "push {r4, r5, r6, r7}\n"
                     "mov r12, r2\n"
                     "ldr r4, [r3]\n"
                     "mov r8, r4\n"
                     "ldr r4, [r3, #16]\n"
                     "mov r9, r4\n"
                     "ldr r4, [r3, #32]\n"
                     "mov r10, r4\n"
                     "ldr r4, [r3, #48]\n"
                     "mov r11, r4\n"
                     "movs r2, #0\n"
                     "movs r3, #1\n"
                     "movs r4, #2\n"
                     "movs r5, #3\n"
                     "1:\n" FOUR_STEPS FOUR_STEPS "cmp r0, r12\n"
                     "bne 1b\n"
                     "ldr r3, [sp, #16]\n"
                     "mov r4, r8\n"
                     "str r4, [r3]\n"
                     "mov r4, r9\n"
                     "str r4, [r3, #16]\n"
                     "mov r4, r10\n"
                     "str r4, [r3, #32]\n"
                     "mov r4, r11\n"
                     "str r4, [r3, #48]\n"
                     "pop {r4, r5, r6, r7}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "mov r10, r6\n"
                     "mov r11, r7\n"
                     "pop {r3, r4, r5, r6, r7, pc}\n");
}
#else
static void multiply(const int8_t *in, const int8_t *weights, const int8_t *end, int32_t *sums) {
    int32_t s0 = sums[0], s1 = sums[4], s2 = sums[8], s3 = sums[12];
    for (; in != end; ++in) {
        s0 += *in * weights[0];
        s1 += *in * weights[1];
        s2 += *in * weights[2];
        s3 += *in * weights[3];
        weights += 4;
    }
    sums[0] = s0;
    sums[4] = s1;
    sums[8] = s2;
    sums[12] = s3;
}
#endif

/* Sums of four outputs. */
static void four_sums(const int8_t *in, const int8_t *weights, int32_t depth, const mcutk_channel *channel,
                      int32_t *sums) {
    const int32_t even = depth & ~7;
    for (int32_t i = 0; i < 4; ++i) {
        int32_t sum = channel[i].bias;
        for (int32_t k = even; k < depth; ++k) {
            sum += in[k] * weights[4 * k + i];
        }
        sums[4 * i] = sum;
    }
    if (even > 0) {
        multiply(in, weights, in + even, sums);
    }
}

void mcutk_fc_four(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    const int32_t out_c = p->out_c;
    const mcutk_channel *table = mcutk_finish_channels(p);
    const int32_t depth = p->in_c;
    (void)scratch;
    for (int32_t row = (int32_t)p->out_h * p->out_w; row > 0; --row) {
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += MCUTK_BLOCK_CHANNELS) {
            int32_t sums[4 * MCUTK_BLOCK_CHANNELS];
            const int32_t channels = out_c - c < MCUTK_BLOCK_CHANNELS ? out_c - c : MCUTK_BLOCK_CHANNELS;
            for (int32_t i = 0; i < channels; i += 4) {
                four_sums(in, weights, depth, table + c + i, sums + 4 * i);
                weights += 4 * depth;
            }
            mcutk_finish_block(sums, out + c, p, table + c, table + c + channels, 1);
        }
        in += depth;
        out += out_c;
    }
}
