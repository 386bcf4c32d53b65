/* Weights that are stored in 2 or 4 bits each, unpacked into RAM before a kernel runs: the kernel reads the unpacked table
 * as if it lay in flash. Portable C11 for little-endian cores.
 *
 * A table has `rows` rows of 32-bit words: `head` words that are stored as they are (biases), `coded` words of weights, and
 * `tail` words that are stored as they are. Each byte of a coded word is one code. The codes of all coded words follow one
 * another: 8 / bits coded words share a code word, in which bits [8 k + bits j, 8 k + bits (j + 1)) are byte k of word j.
 *
 * A coded word becomes  (sum of v(code of byte k) << 8 k  +  add) ^ flip  modulo 2^32, which suits two orders of weights:
 *   bytes   v = weight + 128, add = 0, flip = 0x80808080: four int8 weights; no byte carries into the next
 *   joint   v = weight + 128, add = 0x80008000 - 128 * 0x01010101, flip = 0x80008000: two signed half-words
 *           256 * (odd byte) + (even byte), as mcutk_gemm_dsp.h packs weights
 * The grid form has  v(code) = step * code + origin  with the same origin everywhere, which is part of `add`.
 */
#ifndef MCUTK_UNPACK_H
#define MCUTK_UNPACK_H

#include <stdint.h>

typedef struct {
    const uint32_t *codes; /* code words, the last one filled up with zeros */
    const uint32_t *plain; /* [rows][head + tail]; NULL where there are none */
    int32_t rows, coded;
    uint8_t head, tail;
    uint8_t bits;          /* of a code: 2 or 4 */
    uint32_t add, flip;
} mcutk_packed_rows;

/* Weights on a grid: multiply, add, exclusive or for four weights at once. */
typedef struct {
    mcutk_packed_rows table;
    uint32_t step;
} mcutk_packed_grid;

/* Weights of few values: each code selects one. */
typedef struct {
    mcutk_packed_rows table;
    const uint8_t *values; /* [rows or 1][lists][2^bits]: weight + 128 */
    const uint8_t *lists;  /* [period][4]: which list each byte of a coded word takes; the order repeats in a row */
    int32_t period;        /* words */
    int32_t values_step;   /* bytes from the lists of a row to those of the next; 0: all rows have the same lists */
} mcutk_packed_values;

/* to: 4-byte aligned, rows * (head + coded + tail) words. */
void mcutk_unpack_grid(void *to, const mcutk_packed_grid *p);
void mcutk_unpack_values(void *to, const mcutk_packed_values *p);

#endif
