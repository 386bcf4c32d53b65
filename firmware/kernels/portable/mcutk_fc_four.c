#include "mcutk_fc_four.h"

#include "mcutk_finish.h"

/* Outputs that are finished together. */
#define FINISHED 16

/* Sums of `groups` times four outputs over the inputs up to `end`, a multiple of eight and not none: sums[0], [4], [8] … The
 * weights of a group are followed by `skip` bytes of others. */
typedef struct {
    const int8_t *weights;
    const int8_t *end;
    const mcutk_channel *channel;
    int32_t *sums;
    int32_t groups;
    int32_t skip;
    const int8_t *in;
    uint32_t saved[9]; /* room to save registers in: unlike a push in assembly, it counts in -fstack-usage */
} job;

#if defined(__ARM_ARCH_6M__) && defined(__GNUC__)
/* 116 instructions for 32 products. r0 inputs, r1 weights, r2 to r5 the offsets 0 to 3, r6 weight and product, r7 input,
 * r8 to r11 sums, r12 end of inputs, r14 the job. */
#define PRODUCT(offset, sum) "ldrsb r6, [r1, " #offset "]\nmuls r6, r7, r6\nadd " #sum ", r6\n"
#define STEP(offset)                                                                                                   \
    "ldrsb r7, [r0, " #offset "]\n" PRODUCT(r2, r8) PRODUCT(r3, r9) PRODUCT(r4, r10) PRODUCT(r5, r11) "adds r1, #4\n"
#define FOUR_STEPS STEP(r2) STEP(r3) STEP(r4) STEP(r5) "adds r0, #4\n"
#define UNUSED __attribute__((unused))

__attribute__((naked, noinline)) static void multiply(job *j UNUSED) {
    __asm__ volatile(".syntax unified\n"
                     "adds r0, #28\n"
                     "stmia r0!, {r4, r5, r6, r7}\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "stmia r0!, {r4, r5, r6, r7}\n"
                     "mov r4, lr\n"
                     "str r4, [r0]\n"
                     "subs r0, #60\n"
                     "mov lr, r0\n"
                     "ldr r3, [r0, #4]\n"
                     "mov r12, r3\n"
                     "ldr r1, [r0]\n"
                     "mov r7, r0\n"
                     "movs r2, #0\n"
                     "movs r3, #1\n"
                     "movs r4, #2\n"
                     "movs r5, #3\n"
                     "1:\n" /* a group: biases; r7 is the job */
                     "ldr r6, [r7, #8]\n"
                     "ldr r0, [r6, #0]\n"
                     "mov r8, r0\n"
                     "ldr r0, [r6, #12]\n"
                     "mov r9, r0\n"
                     "ldr r0, [r6, #24]\n"
                     "mov r10, r0\n"
                     "ldr r0, [r6, #36]\n"
                     "mov r11, r0\n"
                     "adds r6, #48\n"
                     "str r6, [r7, #8]\n"
                     "ldr r0, [r7, #24]\n"
                     "2:\n" FOUR_STEPS FOUR_STEPS "cmp r0, r12\n"
                     "bne 2b\n"
                     "mov r7, lr\n"
                     "ldr r6, [r7, #12]\n"
                     "mov r0, r8\n"
                     "str r0, [r6, #0]\n"
                     "mov r0, r9\n"
                     "str r0, [r6, #16]\n"
                     "mov r0, r10\n"
                     "str r0, [r6, #32]\n"
                     "mov r0, r11\n"
                     "str r0, [r6, #48]\n"
                     "adds r6, #64\n"
                     "str r6, [r7, #12]\n"
                     "ldr r0, [r7, #20]\n"
                     "adds r1, r1, r0\n"
                     "ldr r0, [r7, #16]\n"
                     "subs r0, #1\n"
                     "str r0, [r7, #16]\n"
                     "beq 3f\n"
                     "b 1b\n"
                     "3:\n"
                     "mov r0, r7\n"
                     "ldr r1, [r0, #60]\n"
                     "mov lr, r1\n"
                     "adds r0, #44\n"
                     "ldmia r0!, {r4, r5, r6, r7}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "mov r10, r6\n"
                     "mov r11, r7\n"
                     "subs r0, #32\n"
                     "ldmia r0!, {r4, r5, r6, r7}\n"
                     "bx lr\n");
}
#else
static void multiply(job *j) {
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
static void add_rest(const int8_t *in, const int8_t *weights, int32_t count, int32_t *sums, int32_t groups, int32_t skip) {
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
static void some_sums(const int8_t *in, const int8_t *weights, int32_t depth, const mcutk_channel *channel, int32_t *sums,
                      int32_t groups) {
    const int32_t rest = depth & 7;
    const int32_t even = depth - rest;
    if (even > 0) {
        job j; /* not initialised as a whole: that would clear the room for registers */
        j.weights = weights;
        j.end = in + even;
        j.channel = channel;
        j.sums = sums;
        j.groups = groups;
        j.skip = 4 * rest;
        j.in = in;
        multiply(&j);
    } else {
        for (int32_t i = 0; i < 4 * groups; ++i) {
            sums[4 * i] = channel[i].bias;
        }
    }
    if (rest > 0) {
        add_rest(in + even, weights + 4 * even, rest, sums, groups, 4 * even);
    }
}

void mcutk_fc_four(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    const int32_t out_c = p->out_c;
    const mcutk_channel *table = mcutk_finish_channels(p);
    const int32_t depth = p->in_c;
    (void)scratch;
    for (int32_t row = (int32_t)p->out_h * p->out_w; row > 0; --row) {
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += FINISHED) {
            int32_t sums[4 * FINISHED];
            const int32_t channels = out_c - c < FINISHED ? out_c - c : FINISHED;
            some_sums(in, weights, depth, table + c, sums, (channels + 3) >> 2);
            weights += FINISHED * depth;
            mcutk_finish_block(sums, out + c, p, table + c, table + c + channels, 1);
        }
        in += depth;
        out += out_c;
    }
}
