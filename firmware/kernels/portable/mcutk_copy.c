#include "mcutk_copy.h"

#if defined(__GNUC__)
/* A word that may lie over objects of any type. */
typedef uint32_t __attribute__((may_alias)) word;
#define MCUTK_HAS_WORD 1
#endif

void mcutk_copy_up(uint8_t *out, const uint8_t *in, int32_t bytes) {
#ifdef MCUTK_HAS_WORD
    if ((((uintptr_t)in | (uintptr_t)out) & 3u) == 0) {
        const word *source = (const word *)(const void *)in;
        word *target = (word *)(void *)out;
        for (; bytes >= 16; bytes -= 16) {
            target[0] = source[0];
            target[1] = source[1];
            target[2] = source[2];
            target[3] = source[3];
            source += 4;
            target += 4;
        }
        for (; bytes >= 4; bytes -= 4) {
            *target++ = *source++;
        }
        in = (const uint8_t *)source;
        out = (uint8_t *)target;
    }
#endif
    for (; bytes >= 4; bytes -= 4) {
        out[0] = in[0];
        out[1] = in[1];
        out[2] = in[2];
        out[3] = in[3];
        in += 4;
        out += 4;
    }
    for (; bytes > 0; --bytes) {
        *out++ = *in++;
    }
}

void mcutk_set_bytes(uint8_t *out, int32_t value, int32_t bytes) {
#ifdef MCUTK_HAS_WORD
    if (((uintptr_t)out & 3u) == 0) {
        word *target = (word *)(void *)out;
        const uint32_t four = (uint32_t)(uint8_t)value * 0x01010101u;
        for (; bytes >= 4; bytes -= 4) {
            *target++ = four;
        }
        out = (uint8_t *)target;
    }
#endif
    for (; bytes > 0; --bytes) {
        *out++ = (uint8_t)value;
    }
}
