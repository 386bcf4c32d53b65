#include "mcutk_winograd_tiles.h"

#include "mcutk_requant.h"

/* On Armv7-M and later, mcutk_winograd_armv7m.S has the same functions. */
#if !defined(__ARM_ARCH_7M__) && !defined(__ARM_ARCH_7EM__) && !defined(__ARM_ARCH_8M_MAIN__) && \
    !defined(__ARM_ARCH_8_1M_MAIN__)

void mcutk_winograd_columns(mcutk_winograd_rows *rows, uint32_t *to, int32_t in_c, int32_t count) {
    for (; count > 0; --count, ++to) {
        const int8_t *const a = rows->row[0], *const b = rows->row[1], *const c = rows->row[2], *const d = rows->row[3];
        uint32_t *word = to;
        for (int32_t i = 0; i < in_c; ++i, word += MCUTK_WINOGRAD_COLUMNS) {
            word[0] = (uint32_t)(a[i] - c[i]);
            word[MCUTK_WINOGRAD_WIDE] = (uint32_t)(b[i] + c[i]);
            word[2 * MCUTK_WINOGRAD_WIDE] = (uint32_t)(c[i] - b[i]);
            word[3 * MCUTK_WINOGRAD_WIDE] = (uint32_t)(b[i] - d[i]);
        }
        for (int32_t i = 0; i < MCUTK_WINOGRAD_TALL; ++i) {
            rows->row[i] += rows->step[i];
        }
    }
}

/* The row of positions v[0], v[8], v[16], v[24] for two tiles. */
static inline void mcutk_winograd_tiles_row(uint32_t *d, uint32_t *v) {
    v[0] = d[1] + d[2];
    v[1] = d[3] + d[4];
    v[8] = d[0] - d[2];
    v[9] = d[2] - d[4];
    v[16] = d[2] - d[1];
    v[17] = d[4] - d[3];
    v[24] = d[1] - d[3];
    v[25] = d[3] - d[5];
    d[0] = d[4];
    d[1] = d[5];
}

void mcutk_winograd_transform(uint32_t *columns, uint32_t *v, const uint32_t *columns_end) {
    for (; columns != columns_end; columns += MCUTK_WINOGRAD_COLUMNS, v += MCUTK_WINOGRAD_V) {
        mcutk_winograd_tiles_row(columns, v + 6);
        mcutk_winograd_tiles_row(columns + MCUTK_WINOGRAD_WIDE, v);
        mcutk_winograd_tiles_row(columns + 2 * MCUTK_WINOGRAD_WIDE, v + 2);
        mcutk_winograd_tiles_row(columns + 3 * MCUTK_WINOGRAD_WIDE, v + 4);
    }
}

/* Adds the products of a position to the sums of two tiles of four channels; returns the weights of the next position. Two
 * channels at a time: eight sums would not stay in the registers of Armv6-M. */
static const int16_t *mcutk_winograd_tiles_add(uint32_t sums[8], const uint32_t *v, const uint32_t *v_end,
                                               const int16_t *weights) {
    for (int32_t c = 0; c < 4; c += 2) {
        const int16_t *w = weights + c;
        uint32_t a0 = sums[c], a1 = sums[c + 1], b0 = sums[c + 4], b1 = sums[c + 5];
        for (const uint32_t *at = v; at < v_end; at += MCUTK_WINOGRAD_V, w += 4) {
            const uint32_t x = at[0], y = at[1], w0 = (uint32_t)w[0], w1 = (uint32_t)w[1];
            a0 += x * w0;
            a1 += x * w1;
            b0 += y * w0;
            b1 += y * w1;
        }
        sums[c] = a0;
        sums[c + 1] = a1;
        sums[c + 4] = b0;
        sums[c + 5] = b1;
    }
    return weights + (v_end - v + MCUTK_WINOGRAD_V - 1) / MCUTK_WINOGRAD_V * 4;
}

/* T of the group at `weights`; returns the weights of the next group. */
static const uint32_t *mcutk_winograd_tiles_group(const mcutk_winograd_pair *p, const uint32_t *weights, int32_t *t) {
    const int16_t *w = (const int16_t *)(weights + 4);
    const uint32_t *v = p->v;
    for (int32_t j = 0; j < 4; ++j, t += 16) {
        uint32_t m1[8], m2[8], m0[8];
        for (int32_t n = 0; n < 8; ++n) {
            m1[n] = j == 0 ? weights[n & 3] : 0u;
            m2[n] = 0;
            m0[n] = 0;
        }
        w = mcutk_winograd_tiles_add(m1, v, p->v_end, w);
        w = mcutk_winograd_tiles_add(m2, v + 2, p->v_end, w);
        for (int32_t n = 0; n < 8; ++n) {
            m0[n] = m1[n] - m2[n]; /* row 2 is negated */
            m2[n] += m1[n];
        }
        w = mcutk_winograd_tiles_add(m2, v + 4, p->v_end, w);
        w = mcutk_winograd_tiles_add(m0, v + 6, p->v_end, w);
        v += 8;
        for (int32_t n = 0; n < 8; ++n) {
            t[n] = (int32_t)m2[n];
            t[8 + n] = (int32_t)m0[n];
        }
    }
    return weights + 4 + (p->v_end - p->v);
}

void mcutk_winograd_raw(const mcutk_winograd_pair *p, int32_t t[MCUTK_WINOGRAD_BLOCK]) {
    (void)mcutk_winograd_tiles_group(p, p->weights, t);
}

/* The outputs of the 4 pixels of a row for one channel. t: its T of the row */
static void mcutk_winograd_tiles_finish(const int32_t *t, int8_t *out, int32_t step, int32_t multiplier, int32_t right,
                                        int32_t zero_point) {
    for (int32_t tile = 0; tile < 2; ++tile, t += 4, out += step) {
        const uint32_t t1 = (uint32_t)t[0], t0 = (uint32_t)t[16], t2 = (uint32_t)t[32], t3 = (uint32_t)t[48];
        *out = (int8_t)mcutk_saturate_8(
            mcutk_requantize((int32_t)(t0 + t1 + t2) >> 2, multiplier, -right) + zero_point);
        out += step;
        *out = (int8_t)mcutk_saturate_8(
            mcutk_requantize((int32_t)(t1 - t2 - t3) >> 2, multiplier, -right) + zero_point);
    }
}

void mcutk_winograd_outputs(const mcutk_winograd_pair *p, int8_t *out0, int8_t *out1) {
    const uint32_t *weights = p->weights;
    const int32_t zero_point = (p->rounding - 2) / 4;
    for (const mcutk_winograd_scales *scales = p->scales; scales != p->scales_end; ++scales) {
        int32_t t[MCUTK_WINOGRAD_BLOCK];
        weights = mcutk_winograd_tiles_group(p, weights, t);
        for (int32_t c = 0; c < 4; ++c) {
            const int32_t right = (int32_t)(scales->right_shifts >> (8 * c) & 0xFFu) + 1;
            mcutk_winograd_tiles_finish(t + c, out1++, p->step, scales->multipliers[c], right, zero_point);
            mcutk_winograd_tiles_finish(t + 8 + c, out0++, p->step, scales->multipliers[c], right, zero_point);
        }
    }
}
#endif
