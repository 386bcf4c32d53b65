/* mcutk_widen_dsp.S in C: the same layout and results, for tests on a host under sanitizers. */
#include "mcutk_gather_dsp.h"

/* Two inputs as signed half-words, the first in the low one. */
static uint32_t pair(int8_t low, int8_t high) {
    return ((uint32_t)low & 0xFFFFu) | (uint32_t)high << 16;
}

uint32_t *mcutk_widen_dsp(uint32_t *to, const int8_t *a, const int8_t *b, int32_t fours) {
    for (; fours > 0; --fours, a += 4, b += 4, to += 4) {
        to[0] = pair(a[0], a[2]);
        to[1] = pair(b[0], b[2]);
        to[2] = pair(a[1], a[3]);
        to[3] = pair(b[1], b[3]);
    }
    return to;
}

uint32_t *mcutk_widen_rows_dsp(uint32_t *to, const int8_t *a, const int8_t *b, int32_t fours, int32_t rows, int32_t skip) {
    for (; rows > 0; --rows, a += 4 * fours + skip, b += 4 * fours + skip) {
        to = mcutk_widen_dsp(to, a, b, fours);
    }
    return to;
}

void mcutk_pick_dsp(
    uint32_t *to, const uint32_t *offsets, const uint32_t *offsets_end, const int8_t *a, const int8_t *b) {
    for (; offsets != offsets_end; offsets += 2, to += 2) {
        to[0] = pair(a[offsets[0]], a[offsets[1]]);
        to[1] = pair(b[offsets[0]], b[offsets[1]]);
    }
}
