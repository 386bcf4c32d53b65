#include "mcutk_copy.h"

#if defined(__GNUC__)
/* A word that may lie over objects of any type. */
typedef uint32_t __attribute__((may_alias)) word;
#define MCUTK_HAS_WORD 1
#endif

void mcutk_copy_up(void *out, const void *in, int32_t bytes) {
    const uint8_t *from = in;
    uint8_t *to = out;
#ifdef MCUTK_HAS_WORD
    if ((((uintptr_t)in | (uintptr_t)out) & 3u) == 0) {
        const word *source = in;
        word *target = out;
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
        from = (const uint8_t *)source;
        to = (uint8_t *)target;
    }
#endif
    for (; bytes >= 4; bytes -= 4) {
        to[0] = from[0];
        to[1] = from[1];
        to[2] = from[2];
        to[3] = from[3];
        from += 4;
        to += 4;
    }
    for (; bytes > 0; --bytes) {
        *to++ = *from++;
    }
}

void mcutk_set_bytes(void *out, int32_t value, int32_t bytes) {
    uint8_t *to = out;
#ifdef MCUTK_HAS_WORD
    if (((uintptr_t)out & 3u) == 0) {
        word *target = out;
        const uint32_t four = (uint32_t)(uint8_t)value * 0x01010101u;
        for (; bytes >= 4; bytes -= 4) {
            *target++ = four;
        }
        to = (uint8_t *)target;
    }
#endif
    for (; bytes > 0; --bytes) {
        *to++ = (uint8_t)value;
    }
}
