/* mcutk_winograd_tiles_dsp.S in C: the same packing and results, for tests on a host under sanitizers. */
#include "mcutk_winograd_tiles_dsp.h"

#include "mcutk_requant.h"

static int32_t half(uint32_t word, int32_t which) {
    return (int16_t)((word >> (16 * which)) & 0xFFFFu);
}

static uint32_t two(int32_t low, int32_t high) {
    return ((uint32_t)low & 0xFFFFu) | (uint32_t)high << 16;
}

/* a + sign * b of both half-words. */
static uint32_t plus(uint32_t a, int32_t sign, uint32_t b) {
    return two(half(a, 0) + sign * half(b, 0), half(a, 1) + sign * half(b, 1));
}

void mcutk_winograd_columns_dsp(mcutk_winograd_rows *rows, uint32_t *to, int32_t in_c, int32_t count) {
    for (; count > 0; --count, ++to) {
        uint32_t *word = to;
        for (int32_t quad = 0; quad < in_c; quad += 4) {
            const int32_t first = quad + 4 <= in_c ? quad : in_c - 4;
            for (int32_t odd = 0; odd < 2; ++odd, word += MCUTK_WINOGRAD_COLUMNS) {
                uint32_t d[4];
                for (int32_t i = 0; i < 4; ++i) {
                    d[i] = two(rows->row[i][first + odd], rows->row[i][first + odd + 2]);
                }
                word[0] = plus(d[0], -1, d[2]);
                word[6] = plus(d[1], 1, d[2]);
                word[12] = plus(d[2], -1, d[1]);
                word[18] = plus(d[1], -1, d[3]);
            }
        }
        for (int32_t i = 0; i < 4; ++i) {
            rows->row[i] += rows->step[i];
        }
    }
}

void mcutk_winograd_transform_dsp(uint32_t *columns, uint32_t *v, const uint32_t *columns_end) {
    static const uint8_t place[4] = {3, 0, 1, 2}; /* of rows 0 1 2 3 */
    for (; columns != columns_end; v += MCUTK_WINOGRAD_V) {
        for (int32_t row = 0; row < 4; ++row, columns += 6) {
            for (int32_t tile = 0; tile < 2; ++tile) {
                const uint32_t *const d = columns + 2 * tile;
                uint32_t *const to = v + 2 * place[row] + tile;
                to[0] = plus(d[1], 1, d[2]);
                to[8] = plus(d[0], -1, d[2]);
                to[16] = plus(d[2], -1, d[1]);
                to[24] = plus(d[1], -1, d[3]);
            }
            columns[0] = columns[4];
            columns[1] = columns[5];
        }
    }
}

/* 2 G times three values. */
static int32_t twice_g(int32_t row, int32_t a, int32_t b, int32_t c) {
    return row == 0 ? 2 * a : row == 1 ? a + b + c : row == 2 ? a - b + c : 2 * c;
}

void mcutk_winograd_weights_dsp(uint32_t *to, const uint32_t *from, int32_t quads, int32_t column) {
    static const uint8_t rows[4] = {1, 2, 3, 0}, columns[4] = {1, 0, 2, 3};
    for (int32_t k = 0; k < 2 * quads; ++k, to += 4) {
        const uint32_t *const w = from + 9 * (k >> 1);
        for (int32_t at = 0; at < 16; ++at) {
            int32_t sums[2];
            for (int32_t n = 0; n < 2; ++n) {
                int32_t u[3];
                for (int32_t x = 0; x < 3; ++x) {
                    const int32_t shift = 8 * ((k & 1) + 2 * n);
                    u[x] = twice_g(rows[at & 3], (int8_t)(w[x] >> shift & 0xFFu), (int8_t)(w[3 + x] >> shift & 0xFFu),
                                   (int8_t)(w[6 + x] >> shift & 0xFFu));
                }
                sums[n] = twice_g(columns[at >> 2], u[0], u[1], u[2]);
                if (rows[at & 3] >= 2) {
                    sums[n] = -sums[n];
                }
            }
            to[at * (column / 16)] = two(sums[0], sums[1]);
        }
    }
}

/* T of a group, modulo 2^32. Returns the weights of the next group. */
static const uint32_t *products(const mcutk_winograd_pair *p, const uint32_t *weights, int32_t *t) {
    const uint32_t *const bias = weights;
    weights += 4;
    for (int32_t j = 0; j < 4; ++j) {
        uint32_t m[4][2][4] = {{{0}}};
        for (int32_t i = 0; i < 4; ++i) {
            for (const uint32_t *v = p->v + 2 * (4 * j + i); v < p->v_end; v += MCUTK_WINOGRAD_V, weights += 4) {
                for (int32_t n = 0; n < 8; ++n) {
                    const uint32_t w = weights[n & 3], x = v[n >> 2];
                    m[i][n >> 2][n & 3] += (uint32_t)(half(w, 0) * half(x, 0)) + (uint32_t)(half(w, 1) * half(x, 1));
                }
            }
        }
        for (int32_t n = 0; n < 8; ++n) { /* rows 1, 2, 3, 0; those of 2 and 3 negated */
            const uint32_t b = j == 0 ? bias[n & 3] : 0u;
            const uint32_t m1 = m[0][n >> 2][n & 3] + b, m2 = m[1][n >> 2][n & 3], m3 = m[2][n >> 2][n & 3];
            t[16 * j + n] = (int32_t)(m1 + m2 + m3);
            t[16 * j + 8 + n] = (int32_t)(m[3][n >> 2][n & 3] + m1 - m2);
        }
    }
    return weights;
}

void mcutk_winograd_raw_dsp(const mcutk_winograd_pair *p, int32_t t[MCUTK_WINOGRAD_BLOCK]) {
    (void)products(p, p->weights, t);
}

void mcutk_winograd_pair_dsp(const mcutk_winograd_pair *p, int8_t *out0, int8_t *out1) {
    const uint32_t *weights = p->weights;
    for (const mcutk_winograd_scales *scales = p->scales; scales != p->scales_end; ++scales, out0 += 4, out1 += 4) {
        int32_t t[MCUTK_WINOGRAD_BLOCK];
        weights = products(p, weights, t);
        for (int32_t n = 0; n < 32; ++n) { /* row 1, then row 0; pixels; channels */
            const int32_t pixel = n >> 2 & 3, c = n & 3;
            const int32_t *const s = t + 8 * (n >> 4) + 4 * (pixel >> 1) + c;
            const uint32_t four = (pixel & 1) != 0 ? (uint32_t)s[0] - (uint32_t)s[32] - (uint32_t)s[48]
                                                   : (uint32_t)s[0] + (uint32_t)s[16] + (uint32_t)s[32];
            const int32_t right = (int32_t)((scales->right_shifts >> (8 * c)) & 0xFFu) + 1;
            const int32_t scaled = mcutk_requantize((int32_t)four >> 2, scales->multipliers[c], -right);
            int8_t *const to = (n < 16 ? out1 : out0) + pixel * p->step + c;
            *to = (int8_t)mcutk_clamp(scaled + (p->rounding - 2) / 4, -128, 127);
        }
    }
}
