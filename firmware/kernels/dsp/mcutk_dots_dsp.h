/* Dot products of one run of inputs with four rows of weights: exact modulo 2^32 for any weights.
 *
 * Weights: [ceil(count / 4)][4 rows][4], zeros beyond `count`. Four inputs are 23 instructions for 16 MACs.
 */
#ifndef MCUTK_DOTS_DSP_H
#define MCUTK_DOTS_DSP_H

#include "mcutk_dsp.h"

/* Sums of four rows of weights, each in a register of its own. */
typedef struct {
    int32_t s0, s1, s2, s3;
} mcutk_dots_dsp;

/* Four inputs with four weights of each row. Inline assembly: from C, GCC 12 moves loads across steps and spills the sums. */
static inline mcutk_dots_dsp mcutk_dots_dsp_four(mcutk_dots_dsp s, uint32_t inputs, const int8_t *weights) {
    const uint32_t even = mcutk_sxtb16(inputs), odd = mcutk_sxtb16_odd(inputs);
#if defined(__ARM_FEATURE_DSP)
#define MCUTK_DOTS_ROW(sum, offset)                                                                                              \
    "ldr %[w], [%[weights], #" offset "]\n"                                                                            \
    "sxtb16 %[t], %[w]\n"                                                                                              \
    "smlad %[" sum "], %[t], %[even], %[" sum "]\n"                                                                    \
    "sxtb16 %[w], %[w], ror #8\n"                                                                                      \
    "smlad %[" sum "], %[w], %[odd], %[" sum "]\n"
    uint32_t w, t;
    __asm__ volatile(MCUTK_DOTS_ROW("s0", "0") MCUTK_DOTS_ROW("s1", "4") MCUTK_DOTS_ROW("s2", "8") MCUTK_DOTS_ROW("s3", "12")
                     : [s0] "+r"(s.s0), [s1] "+r"(s.s1), [s2] "+r"(s.s2), [s3] "+r"(s.s3), [w] "=&r"(w), [t] "=&r"(t)
                     : [weights] "r"(weights), [even] "r"(even), [odd] "r"(odd)
                     : "memory");
#else
    int32_t *const sums[4] = {&s.s0, &s.s1, &s.s2, &s.s3};
    for (int32_t row = 0; row < 4; ++row) {
        const uint32_t word = mcutk_load32(weights + 4 * row);
        *sums[row] = mcutk_smlad(mcutk_sxtb16_odd(word), odd, mcutk_smlad(mcutk_sxtb16(word), even, *sums[row]));
    }
#endif
    return s;
}

/* `s` plus the dot products with `count` inputs. */
static inline mcutk_dots_dsp mcutk_dots_dsp_add(mcutk_dots_dsp s, const int8_t *x, const int8_t *weights, int32_t count) {
    for (; count >= 8; count -= 8) {
        s = mcutk_dots_dsp_four(s, mcutk_load32(x), weights);
        s = mcutk_dots_dsp_four(s, mcutk_load32(x + 4), weights + 16);
        x += 8;
        weights += 32;
    }
    if (count >= 4) {
        s = mcutk_dots_dsp_four(s, mcutk_load32(x), weights);
        x += 4;
        weights += 16;
    }
    if ((count & 3) != 0) {
        int8_t rest[4] = {0};
        for (int32_t i = 0; i < (count & 3); ++i) {
            rest[i] = x[i];
        }
        s = mcutk_dots_dsp_four(s, mcutk_load32(rest), weights);
    }
    return s;
}

#endif
