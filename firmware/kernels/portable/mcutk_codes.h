/* Reads codes of 2 or 4 bits, four at a time, from the stream that mcutk_unpack.h describes. */
#ifndef MCUTK_CODES_H
#define MCUTK_CODES_H

#include <stdint.h>

typedef struct {
    const uint32_t *next; /* code words that were not read yet */
    uint32_t word;        /* the one that is being read, shifted so that the next codes are the lowest */
    int32_t left;         /* coded words that it still holds */
} mcutk_codes;

/* A code in the low bits of every byte. */
static inline uint32_t mcutk_codes_mask(int32_t bits) {
    return bits == 4 ? 0x0F0F0F0Fu : 0x03030303u;
}

/* The codes of the next coded word, one in each byte. */
static inline uint32_t mcutk_codes_read(mcutk_codes *c, int32_t bits) {
    if (c->left == 0) {
        c->word = *c->next++;
        c->left = 8 / bits;
    }
    const uint32_t codes = c->word & mcutk_codes_mask(bits);
    c->word >>= bits;
    --c->left;
    return codes;
}

#endif
