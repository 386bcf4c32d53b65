/* Checks mcutk_requant.h against gemmlowp's own steps over extreme and random values; prints the number of differences. */
#include <stdio.h>

#include "mcutk_requant.h"

/* As gemmlowp writes them. */
static int32_t reference_high_mul(int32_t a, int32_t b) {
    const int64_t product = (int64_t)a * b;
    const int64_t nudge = product >= 0 ? (1 << 30) : 1 - (1 << 30);
    return (int32_t)((product + nudge) / (1ll << 31));
}

static int32_t reference_divide(int32_t x, int32_t exponent) {
    const int32_t mask = (int32_t)((1ll << exponent) - 1);
    const int32_t remainder = x & mask;
    const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

static uint32_t state = 1;

static uint32_t random_word(void) {
    state = state * 1664525u + 1013904223u;
    return state ^ (state >> 15);
}

static const int32_t extremes[] = {INT32_MIN, INT32_MIN + 1, -(1 << 30) - 1, -(1 << 30), -65537, -65536, -32769, -32768, -2, -1,
                                   0,         1,             2,              32767,      32768,  65535,  65536,  1 << 30,
                                   INT32_MAX - 1, INT32_MAX};

static int check(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t high = reference_high_mul((int32_t)((uint32_t)x << left), multiplier);
    const int32_t wanted = reference_divide(high, left - shift);
    return mcutk_requantize(x, multiplier, shift) != wanted;
}

int main(void) {
    const int count = (int)(sizeof extremes / sizeof *extremes);
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
        for (int j = 0; j < count; ++j) {
            const int32_t multiplier = extremes[j] & INT32_MAX;
            for (int32_t shift = -31; shift <= 30; ++shift) {
                wrong += check(extremes[i], multiplier, shift);
            }
        }
    }
    for (int i = 0; i < 2000000; ++i) {
        const int32_t multiplier = (int32_t)((random_word() & 0x3FFFFFFFu) | 0x40000000u);
        const int32_t shift = (int32_t)(random_word() % 62u) - 31;
        wrong += check((int32_t)random_word() >> (random_word() & 31u), multiplier, shift);
    }
    printf("%d\n", wrong);
    return 0;
}
