#include "mcutk_conv_pairs.h"

#include "mcutk_finish.h"

/* sums[0..3] of one channel for four pixels; sums[0] holds the bias at entry. columns: [depth][2] words of two pixels.
 * sums[4..11] are room to save registers in: that of a caller counts in -fstack-usage, a push in assembly does not. */
#define SAVED 8
#if defined(__ARM_ARCH_6M__) && defined(__GNUC__)
/* 44 instructions for 16 products. r0 columns, r1 weights, r2 and r3 weights of two steps, r4 and r5 products, r6 and r7 the
 * upper halves' sums, r8 and r9 the words' sums, r10 end of columns, r11 sums. Shifting right by 16 leaves the lower half's
 * sign in the carry: adding it undoes the borrow that a negative lower half took from the upper one. */
#define TWO_STEPS(i)                                                                                                   \
    "movs r2, #" #i "\n"                                                                                               \
    "ldrsb r2, [r1, r2]\n"                                                                                             \
    "movs r3, #" #i " + 1\n"                                                                                           \
    "ldrsb r3, [r1, r3]\n"                                                                                             \
    "ldr r4, [r0, #8 * " #i "]\n"                                                                                      \
    "muls r4, r2, r4\n"                                                                                                \
    "ldr r5, [r0, #8 * " #i " + 8]\n"                                                                                  \
    "muls r5, r3, r5\n"                                                                                                \
    "adds r4, r4, r5\n"                                                                                                \
    "add r8, r4\n"                                                                                                     \
    "asrs r4, r4, #16\n"                                                                                               \
    "adcs r6, r4\n"                                                                                                    \
    "ldr r4, [r0, #8 * " #i " + 4]\n"                                                                                  \
    "muls r4, r2, r4\n"                                                                                                \
    "ldr r5, [r0, #8 * " #i " + 12]\n"                                                                                 \
    "muls r5, r3, r5\n"                                                                                                \
    "adds r4, r4, r5\n"                                                                                                \
    "add r9, r4\n"                                                                                                     \
    "asrs r4, r4, #16\n"                                                                                               \
    "adcs r7, r4\n"

#define UNUSED __attribute__((unused))

__attribute__((naked, noinline)) static void multiply(const uint32_t *columns UNUSED, const int8_t *weights UNUSED,
                                                      const uint32_t *end UNUSED, int32_t *sums UNUSED) {
    __asm__ volatile(".syntax unified\n"
                     "adds r3, #16\n"
                     "stmia r3!, {r4, r5, r6, r7}\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "stmia r3!, {r4, r5, r6, r7}\n"
                     "subs r3, #48\n"
                     "mov r10, r2\n"
                     "mov r11, r3\n"
                     "ldr r6, [r3]\n"
                     "movs r7, r6\n"
                     "lsls r4, r6, #16\n"
                     "adds r4, r4, r6\n"
                     "mov r8, r4\n"
                     "mov r9, r4\n"
                     "1:\n" TWO_STEPS(0) TWO_STEPS(2) "adds r0, #32\n"
                     "adds r1, #4\n"
                     "cmp r0, r10\n"
                     "bne 1b\n"
                     "mov r0, r11\n"
                     "str r6, [r0, #4]\n"
                     "str r7, [r0, #12]\n"
                     "lsls r6, r6, #16\n"
                     "lsls r7, r7, #16\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "subs r4, r4, r6\n"
                     "subs r5, r5, r7\n"
                     "str r4, [r0]\n"
                     "str r5, [r0, #8]\n"
                     "adds r0, #32\n"
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
/* The upper half of a word of two sums, rounded so that a negative lower half takes nothing from it. */
static inline uint32_t upper(uint32_t word) {
    return (uint32_t)((int32_t)(word + 0x8000u) >> 16);
}

static void multiply(const uint32_t *columns, const int8_t *weights, const uint32_t *end, int32_t *sums) {
    const uint32_t bias = (uint32_t)sums[0];
    uint32_t words_a = bias * 0x10001u, words_b = words_a;
    uint32_t upper_a = bias, upper_b = bias;
    for (; columns != end; columns += 4) {
        const uint32_t first = (uint32_t)weights[0];
        const uint32_t second = (uint32_t)weights[1];
        const uint32_t a = columns[0] * first + columns[2] * second;
        const uint32_t b = columns[1] * first + columns[3] * second;
        words_a += a;
        words_b += b;
        upper_a += upper(a);
        upper_b += upper(b);
        weights += 2;
    }
    sums[0] = (int32_t)(words_a - (upper_a << 16));
    sums[1] = (int32_t)upper_a;
    sums[2] = (int32_t)(words_b - (upper_b << 16));
    sums[3] = (int32_t)upper_b;
}
#endif

/* `count` bytes `step` apart into every second word: the lower half of an even pixel, the upper half of an odd one. */
static inline uint32_t *spread(uint32_t *column, const int8_t *from, int32_t step, int32_t count, int odd) {
    if (odd) {
        for (; count > 0; --count) {
            *column += (uint32_t)*from << 16;
            from += step;
            column += 2;
        }
    } else {
        for (; count > 0; --count) {
            *column = (uint32_t)*from;
            from += step;
            column += 2;
        }
    }
    return column;
}

/* The window of one output pixel into its half of the columns. */
static void gather(const int8_t *in, uint32_t *column, const mcutk_conv *p, int32_t y, int32_t x, int odd) {
    const int32_t in_c = p->in_c;
    const int32_t left = x * p->stride_w - p->pad_left;
    const int32_t run = p->kernel_w * in_c;
    int32_t top = y * p->stride_h - p->pad_top;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky) {
        if (top < 0 || top >= p->in_h) {
            column = spread(column, &p->in_zero_point, 0, run, odd);
        } else if (p->dilation_w == 1 && left >= 0 && left + p->kernel_w <= p->in_w) {
            column = spread(column, in + (top * p->in_w + left) * in_c, 1, run, odd);
        } else {
            int32_t at = left;
            for (int32_t kx = 0; kx < p->kernel_w; ++kx) {
                const int inside = at >= 0 && at < p->in_w;
                const int8_t *from = inside ? in + (top * p->in_w + at) * in_c : &p->in_zero_point;
                column = spread(column, from, inside, in_c, odd);
                at += p->dilation_w;
            }
        }
        top += p->dilation_h;
    }
}

void mcutk_conv_pairs(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    uint32_t *const columns = scratch;
    const int32_t depth = ((int32_t)p->kernel_h * p->kernel_w * p->in_c + 3) & ~3;
    const int32_t out_c = p->out_c;
    const mcutk_channel *table = mcutk_finish_channels(p);
    int32_t left = (int32_t)p->out_h * p->out_w;
    int32_t y = 0;
    int32_t x = 0;
    while (left > 0) {
        const int32_t count = left < 4 ? left : 4;
        for (int32_t i = 0; i < count; ++i) {
            gather(in, columns + (i >> 1), p, y, x, i & 1);
            if (++x == p->out_w) {
                x = 0;
                ++y;
            }
        }
        const int8_t *weights = p->weights;
        for (int32_t c = 0; c < out_c; c += MCUTK_BLOCK_CHANNELS) {
            int32_t sums[4 * MCUTK_BLOCK_CHANNELS + SAVED];
            const int32_t channels = out_c - c < MCUTK_BLOCK_CHANNELS ? out_c - c : MCUTK_BLOCK_CHANNELS;
            for (int32_t i = 0; i < channels; ++i) {
                sums[4 * i] = table[c + i].bias;
                multiply(columns, weights, columns + 2 * depth, sums + 4 * i);
                weights += depth;
            }
            mcutk_finish_block(sums, out + c, p, table + c, table + c + channels, count);
        }
        out += count * out_c;
        left -= count;
    }
}
