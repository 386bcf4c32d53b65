#include "mcutk_raise_dsp.h"

#include "mcutk_dsp.h"

/* Words of a turn of the loop. */
#define UNROLL 4

static inline void mcutk_raise_dsp_word(int8_t *at, uint32_t first, uint32_t second) {
    mcutk_store32(at, mcutk_qadd8(mcutk_qadd8(mcutk_load32(at), first), second));
}

void mcutk_raise_dsp(int8_t *data, int32_t count, int32_t add) {
    const int32_t half = add >> 1;
    /* Two saturating additions: a signed byte holds at most 127. */
    const uint32_t first = (uint32_t)half * 0x01010101u, second = (uint32_t)(add - half) * 0x01010101u;
    for (; count >= 4 * UNROLL; count -= 4 * UNROLL, data += 4 * UNROLL) {
        mcutk_raise_dsp_word(data, first, second);
        mcutk_raise_dsp_word(data + 4, first, second);
        mcutk_raise_dsp_word(data + 8, first, second);
        mcutk_raise_dsp_word(data + 12, first, second);
    }
    for (; count > 0; --count, ++data) {
        const int32_t sum = *data + add;
        *data = (int8_t)(sum < 127 ? sum : 127);
    }
}
