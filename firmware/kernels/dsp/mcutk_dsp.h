/* Instructions of the DSP extension that C cannot name, with the same meaning in C for a host. */
#ifndef MCUTK_DSP_H
#define MCUTK_DSP_H

#include <stdint.h>
#include <string.h>

/* Four bytes as a word, the first in the low byte. Channels of a pixel need not be aligned, and a load through a
 * pointer to uint32_t would break the aliasing rules: memcpy becomes one LDR, which Armv7E-M allows at any address. */
static inline uint32_t mcutk_load32(const int8_t *from) {
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static inline void mcutk_store32(int8_t *to, uint32_t word) {
    memcpy(to, &word, sizeof word);
}

/* Bytes 0 and 2 of a word as two signed half-words. */
static inline uint32_t mcutk_sxtb16(uint32_t word) {
#if defined(__ARM_FEATURE_DSP)
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
#else
    return ((uint32_t)(int8_t)(word & 0xFFu) & 0xFFFFu) | ((uint32_t)(int8_t)((word >> 16) & 0xFFu) << 16);
#endif
}

/* Bytes 1 and 3. */
static inline uint32_t mcutk_sxtb16_odd(uint32_t word) {
#if defined(__ARM_FEATURE_DSP)
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
#else
    return mcutk_sxtb16(word >> 8);
#endif
}

/* Half-words of sum plus bytes 0 and 2 of a word. */
static inline uint32_t mcutk_sxtab16(uint32_t sum, uint32_t word) {
#if defined(__ARM_FEATURE_DSP)
    __asm__("sxtab16 %0, %0, %1" : "+r"(sum) : "r"(word));
    return sum;
#else
    const uint32_t pair = mcutk_sxtb16(word);
    return ((sum + pair) & 0xFFFFu) | ((sum & 0xFFFF0000u) + (pair & 0xFFFF0000u));
#endif
}

/* Half-words of sum plus bytes 1 and 3. */
static inline uint32_t mcutk_sxtab16_odd(uint32_t sum, uint32_t word) {
#if defined(__ARM_FEATURE_DSP)
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sum) : "r"(word));
    return sum;
#else
    return mcutk_sxtab16(sum, word >> 8);
#endif
}

/* sum plus the products of the signed half-words of a and b, modulo 2^32. */
static inline int32_t mcutk_smlad(uint32_t a, uint32_t b, int32_t sum) {
#if defined(__ARM_FEATURE_DSP)
    int32_t total;
    __asm__("smlad %0, %1, %2, %3" : "=r"(total) : "r"(a), "r"(b), "r"(sum));
    return total;
#else
    const int32_t low = (int32_t)(int16_t)(a & 0xFFFFu) * (int32_t)(int16_t)(b & 0xFFFFu);
    const int32_t high = (int32_t)(int16_t)(a >> 16) * (int32_t)(int16_t)(b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
#endif
}

/* Sums of signed bytes, limited to -128 .. 127. */
static inline uint32_t mcutk_qadd8(uint32_t a, uint32_t b) {
#if defined(__ARM_FEATURE_DSP)
    uint32_t sums;
    __asm__("qadd8 %0, %1, %2" : "=r"(sums) : "r"(a), "r"(b));
    return sums;
#else
    uint32_t sums = 0;
    for (int32_t shift = 0; shift < 32; shift += 8) {
        const int32_t x = (int8_t)(a >> shift & 0xFFu), y = (int8_t)(b >> shift & 0xFFu), sum = x + y;
        const int32_t limited = sum > 127 ? 127 : sum < -128 ? -128 : sum;
        sums |= (uint32_t)(uint8_t)limited << shift;
    }
    return sums;
#endif
}

/* The greater of each pair of signed bytes. */
static inline uint32_t mcutk_max8(uint32_t a, uint32_t b) {
#if defined(__ARM_FEATURE_DSP)
    uint32_t most;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(most) : "r"(a), "r"(b) : "cc");
    return most;
#else
    uint32_t most = 0;
    for (int32_t shift = 0; shift < 32; shift += 8) {
        const int8_t x = (int8_t)(a >> shift & 0xFFu), y = (int8_t)(b >> shift & 0xFFu);
        most |= (uint32_t)(uint8_t)(x > y ? x : y) << shift;
    }
    return most;
#endif
}

#endif
