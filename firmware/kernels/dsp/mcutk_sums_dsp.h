/* Sums of four channels at a time. */
#ifndef MCUTK_SUMS_DSP_H
#define MCUTK_SUMS_DSP_H

#include "mcutk_dsp.h"

/* Adds `count` taps, `step` bytes apart, of four adjacent channels to their sums. Half-words hold 256 taps. */
static inline void mcutk_sums_dsp_add(int32_t sums[4], const int8_t *tap, int32_t step, int32_t count) {
    while (count > 0) {
        uint32_t even = 0, odd = 0;
        int32_t n = count < 256 ? count : 256;
        count -= n;
        for (; n > 0; --n, tap += step) {
            const uint32_t word = mcutk_load32(tap);
            even = mcutk_sxtab16(even, word);
            odd = mcutk_sxtab16_odd(odd, word);
        }
        sums[0] += (int16_t)(even & 0xFFFFu);
        sums[1] += (int16_t)(odd & 0xFFFFu);
        sums[2] += (int16_t)(even >> 16);
        sums[3] += (int16_t)(odd >> 16);
    }
}

#endif
