#include "mcutk_border.h"

#include "mcutk_requant.h"

static int32_t mcutk_border_rescale(int32_t x, const mcutk_rescale *p) {
    const int32_t difference = (int32_t)((uint32_t)x - (uint32_t)p->in_zero_point);
    return mcutk_finish(difference, p->multiplier, p->shift, p->out_zero_point, p->low, p->high);
}

#define RESCALE(from, to)                                                                                              \
    void mcutk_rescale_s##from##_s##to(const int##from##_t *in, int##to##_t *out, int32_t count,                       \
                                       const mcutk_rescale *p) {                                                       \
        for (int32_t i = 0; i < count; ++i) {                                                                          \
            out[i] = (int##to##_t)mcutk_border_rescale(in[i], p);                                                      \
        }                                                                                                              \
    }

RESCALE(8, 16)
RESCALE(8, 32)
RESCALE(16, 8)
RESCALE(16, 16)
RESCALE(16, 32)
RESCALE(32, 8)
RESCALE(32, 16)

/* x rounded and limited to low..high. The comparisons come first because they also handle infinities. */
static int32_t mcutk_border_round(float x, int32_t low, int32_t high) {
    if (!(x > (float)low)) {
        return x <= (float)low ? low : 0; /* 0: not a number */
    }
    if (x >= (float)high) {
        return high;
    }
    const int32_t whole = (int32_t)x;
    const float rest = x - (float)whole; /* exact */
    return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
}

#define QUANTIZE(to)                                                                                                   \
    void mcutk_quantize_f32_s##to(const float *in, int##to##_t *out, int32_t count, float scale, int32_t zero_point) { \
        for (int32_t i = 0; i < count; ++i) {                                                                          \
            const int32_t low = INT##to##_MIN - zero_point;                                                            \
            const int32_t high = INT##to##_MAX - zero_point;                                                           \
            out[i] = (int##to##_t)(mcutk_border_round(in[i] / scale, low, high) + zero_point);                         \
        }                                                                                                              \
    }

QUANTIZE(8)
QUANTIZE(16)

#define DEQUANTIZE(suffix, type)                                                                                       \
    void mcutk_dequantize_##suffix##_f32(const type *in, float *out, int32_t count, float scale, int32_t zero_point) { \
        for (int32_t i = 0; i < count; ++i) {                                                                          \
            out[i] = scale * (float)(in[i] - zero_point);                                                              \
        }                                                                                                              \
    }

DEQUANTIZE(s8, int8_t)
DEQUANTIZE(u8, uint8_t)
DEQUANTIZE(s16, int16_t)
