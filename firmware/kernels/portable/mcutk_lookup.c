#include "mcutk_lookup.h"

void mcutk_lookup_8(const uint8_t *in, uint8_t *out, const uint8_t table[256], int32_t count) {
    for (; count >= 4; count -= 4) {
        out[0] = table[in[0]];
        out[1] = table[in[1]];
        out[2] = table[in[2]];
        out[3] = table[in[3]];
        in += 4;
        out += 4;
    }
    for (; count > 0; --count) {
        *out++ = table[*in++];
    }
}
