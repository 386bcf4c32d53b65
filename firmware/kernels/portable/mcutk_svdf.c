#include "mcutk_svdf.h"

static int32_t mcutk_svdf_dot(const int8_t *a, const int8_t *b, int32_t count) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < count; ++i) {
        sum += (uint32_t)(a[i] * b[i]);
    }
    return (int32_t)sum;
}

#define SHIFT(bits)                                                                                                    \
    static int32_t mcutk_svdf_shift_##bits(int##bits##_t *memory, const int##bits##_t *time, int32_t count) {          \
        uint32_t sum = 0;                                                                                              \
        for (int32_t i = 0; i < count; ++i) {                                                                          \
            memory[i] = memory[i + 1];                                                                                 \
            sum += (uint32_t)(memory[i] * time[i]);                                                                    \
        }                                                                                                              \
        return (int32_t)sum;                                                                                           \
    }

SHIFT(8)
SHIFT(16)
MCUTK_SVDF(8, mcutk_svdf_s8, mcutk_svdf_dot, mcutk_svdf_shift_8)
MCUTK_SVDF(16, mcutk_svdf_s16, mcutk_svdf_dot, mcutk_svdf_shift_16)
