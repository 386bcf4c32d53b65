#include "mcutk_conv_dsp.h"

#include "mcutk_dsp.h"
#include "mcutk_gemm_dsp.h"
#include "mcutk_requant.h"

/* A layer while it runs. */
typedef struct {
    const mcutk_conv *p;
    mcutk_gemm whole; /* the full groups of channels */
    mcutk_gemm rest;  /* the last group where out_c is not a multiple of 4 */
    uint32_t *column;
    int8_t *out;
    int32_t out_c;
    int32_t rest_c; /* channels of the last group that exist */
} layer;

typedef void multiply_fn(layer *l, int32_t second);

static void begin(layer *l, const mcutk_conv *p, int8_t *out, void *scratch) {
    const int32_t depth = (p->kernel_h * p->kernel_w * p->in_c + 3) & ~3;
    const int32_t groups = p->out_c / MCUTK_GEMM_GROUP;
    const uint32_t *const channels = (const void *)p->channels;
    l->p = p;
    l->column = scratch;
    l->out = out;
    l->out_c = p->out_c;
    l->rest_c = p->out_c % MCUTK_GEMM_GROUP;
    l->whole.weights = p->weights;
    l->whole.channels = channels;
    l->whole.channels_end = channels + 5 * groups;
    l->whole.column = l->column;
    l->whole.column_end = l->column + depth;
    l->whole.rounding = 2 * p->out_zero_point + 1;
    l->rest = l->whole;
    l->rest.weights += groups * (MCUTK_GEMM_GROUP + depth);
    l->rest.channels = l->whole.channels_end;
    l->rest.channels_end = l->rest.channels + 5;
}

/* All channels of the pair of pixels in the column buffer. `second` is the distance of the second pixel's outputs: 0
 * where the last pixel stands alone and was gathered twice. */
static inline void multiply(layer *l, int32_t second, mcutk_gemm_fn *gemm) {
    int8_t *const out = l->out;
    l->out = out + l->out_c + second;
    if (l->whole.channels != l->whole.channels_end) {
        gemm(&l->whole, out, out + second);
    }
    if (l->rest_c != 0) {
        int8_t last[2 * MCUTK_GEMM_GROUP];
        gemm(&l->rest, last, last + MCUTK_GEMM_GROUP);
        const int32_t first = l->out_c - l->rest_c;
        for (int32_t c = 0; c < l->rest_c; ++c) {
            out[first + c] = last[c];
            out[second + first + c] = last[MCUTK_GEMM_GROUP + c];
        }
    }
}

static void multiply_relu(layer *l, int32_t second) {
    multiply(l, second, mcutk_gemm_dsp_relu);
}

static void multiply_linear(layer *l, int32_t second) {
    multiply(l, second, mcutk_gemm_dsp_linear);
}

static void multiply_any(layer *l, int32_t second) {
    const mcutk_conv *const p = l->p;
    const mcutk_channel *channel = p->channels;
    mcutk_gemm g = l->whole;
    for (int32_t c = 0; c < l->out_c; c += MCUTK_GEMM_GROUP) {
        int32_t sums[2 * MCUTK_GEMM_GROUP];
        mcutk_gemm_dsp_raw(&g, sums);
        g.weights += MCUTK_GEMM_GROUP + (g.column_end - g.column);
        for (int32_t i = 0; i < MCUTK_GEMM_GROUP && c + i < l->out_c; ++i, ++channel) {
            for (int32_t pixel = 0; pixel < 2; ++pixel) {
                const int32_t sum = sums[pixel * MCUTK_GEMM_GROUP + i];
                const int32_t scaled = mcutk_requantize(sum, channel->multiplier, channel->shift) + p->out_zero_point;
                l->out[pixel * second + c + i] = (int8_t)mcutk_clamp(scaled, p->act_min, p->act_max);
            }
        }
    }
    l->out += l->out_c + second;
}

/* Inputs of one pixel, four at a time, into its half of the column buffer. Returns where the next ones go. */
static uint32_t *widen(uint32_t *to, const int8_t *from, int32_t groups) {
    for (; groups > 0; --groups, from += 4, to += 4) {
        const uint32_t word = mcutk_load32(from);
        to[0] = mcutk_sxtb16(word);
        to[2] = mcutk_sxtb16_odd(word);
    }
    return to;
}

/* The bytes of a window's run, or its padding: into the column buffer where runs are whole words, else into a row of
 * bytes that is widened once it is complete. */
typedef struct {
    uint32_t *to;
    int8_t *bytes; /* NULL: widen directly */
} sink;

static void put_run(sink *s, const int8_t *from, int32_t count) {
    if (s->bytes == NULL) {
        s->to = widen(s->to, from, count >> 2);
        return;
    }
    int8_t *to = s->bytes;
    s->bytes += count;
    for (; count >= 4; count -= 4, to += 4, from += 4) {
        memcpy(to, from, 4);
    }
    for (; count > 0; --count) {
        *to++ = *from++;
    }
}

static void put_padding(sink *s, int8_t value, int32_t count) {
    if (s->bytes == NULL) {
        const uint32_t half = (uint32_t)value & 0xFFFFu;
        const uint32_t pair = half | half << 16;
        for (; count > 0; count -= 4, s->to += 4) {
            s->to[0] = pair;
            s->to[2] = pair;
        }
        return;
    }
    for (; count > 0; --count) {
        *s->bytes++ = value;
    }
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* The window whose first row and column are y and x, either of which may lie outside the image. */
static void gather(sink *s, const int8_t *in, const mcutk_conv *p, int32_t y, int32_t x) {
    const int32_t in_c = p->in_c, in_w = p->in_w, wide = p->kernel_w;
    for (int32_t ky = 0; ky < p->kernel_h; ++ky, y += p->dilation_h) {
        if (y < 0 || y >= p->in_h) {
            put_padding(s, p->in_zero_point, wide * in_c);
            continue;
        }
        const int8_t *const row = in + y * in_w * in_c;
        for (int32_t kx = 0, count; kx < wide; kx += count) {
            const int32_t column = x + kx * p->dilation_w;
            const int32_t most = p->dilation_w == 1 ? wide - kx : 1;
            if (column < 0) {
                count = least(most, -column);
                put_padding(s, p->in_zero_point, count * in_c);
            } else if (column >= in_w) {
                count = most;
                put_padding(s, p->in_zero_point, count * in_c);
            } else {
                count = least(most, in_w - column);
                put_run(s, row + column * in_c, count * in_c);
            }
        }
    }
}

static inline void conv(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, multiply_fn *multiply_pair) {
    layer l;
    begin(&l, p, out, scratch);
    const int32_t depth = (int32_t)(l.whole.column_end - l.whole.column);
    int8_t *const bytes = p->in_c % 4 == 0 ? NULL : (int8_t *)(l.column + depth);
    const int32_t pixels = p->out_h * p->out_w;
    int32_t oy = 0, ox = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel += 2) {
        for (int32_t lane = 0; lane < 2; ++lane) {
            sink s = {l.column + lane, bytes};
            gather(&s, in, p, oy * p->stride_h - p->pad_top, ox * p->stride_w - p->pad_left);
            if (bytes != NULL) {
                (void)widen(s.to, bytes, depth >> 2);
            }
            if (pixel + lane + 1 < pixels && ++ox == p->out_w) {
                ox = 0;
                ++oy;
            }
        }
        multiply_pair(&l, pixel + 1 < pixels ? l.out_c : 0);
    }
}

/* Inputs of two pixels side by side. Each has `count`; bytes after it are not read. */
static void widen_pair(uint32_t *to, const int8_t *a, const int8_t *b, int32_t count) {
    for (; count >= 4; count -= 4, a += 4, b += 4, to += 4) {
        const uint32_t wa = mcutk_load32(a), wb = mcutk_load32(b);
        to[0] = mcutk_sxtb16(wa);
        to[1] = mcutk_sxtb16(wb);
        to[2] = mcutk_sxtb16_odd(wa);
        to[3] = mcutk_sxtb16_odd(wb);
    }
    if (count != 0) {
        uint32_t wa = 0, wb = 0;
        do {
            --count;
            wa = wa << 8 | (uint8_t)a[count];
            wb = wb << 8 | (uint8_t)b[count];
        } while (count != 0);
        to[0] = mcutk_sxtb16(wa);
        to[1] = mcutk_sxtb16(wb);
        to[2] = mcutk_sxtb16_odd(wa);
        to[3] = mcutk_sxtb16_odd(wb);
    }
}

static inline void pointwise(
    const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, multiply_fn *multiply_pair) {
    layer l;
    begin(&l, p, out, scratch);
    const int32_t in_c = p->in_c;
    int32_t pixels = p->out_h * p->out_w;
    for (; pixels > 1; pixels -= 2, in += 2 * in_c) {
        widen_pair(l.column, in, in + in_c, in_c);
        multiply_pair(&l, l.out_c);
    }
    if (pixels != 0) {
        widen_pair(l.column, in, in, in_c);
        multiply_pair(&l, 0);
    }
}

void mcutk_pointwise_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_relu);
}

void mcutk_pointwise_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_linear);
}

void mcutk_pointwise_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    pointwise(in, out, scratch, p, multiply_any);
}

void mcutk_conv_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_relu);
}

void mcutk_conv_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_linear);
}

void mcutk_conv_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    conv(in, out, scratch, p, multiply_any);
}
