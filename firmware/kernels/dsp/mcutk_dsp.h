/* Instructions of the DSP extension that C cannot name, with the same meaning in C for a host. Loads may be unaligned. */
#ifndef MCUTK_DSP_H
#define MCUTK_DSP_H

#include <stdint.h>
#include <string.h>

static inline uint32_t mcutk_load32(const void *from) {
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
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

#endif
