#include "mcutk_lookup.h"

void mcutk_lookup_8(const void *in, void *out, const uint8_t table[256], int32_t count) {
    const uint8_t *from = in;
    uint8_t *to = out;
    for (; count >= 4; count -= 4) {
        to[0] = table[from[0]];
        to[1] = table[from[1]];
        to[2] = table[from[2]];
        to[3] = table[from[3]];
        from += 4;
        to += 4;
    }
    for (; count > 0; --count) {
        *to++ = table[*from++];
    }
}
