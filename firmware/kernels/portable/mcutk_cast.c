#include "mcutk_cast.h"

static int32_t mcutk_cast_whole(float x) {
    if (x != x) {
        return 0;
    }
    if (x >= 2147483648.0f) {
        return INT32_MAX;
    }
    return x <= -2147483648.0f ? INT32_MIN : (int32_t)x;
}

void mcutk_cast_s8_s8(const int8_t *in, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = in[i];
    }
}

void mcutk_cast_s8_s16(const int8_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int16_t)in[i];
    }
}

void mcutk_cast_s8_s32(const int8_t *in, int32_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int32_t)in[i];
    }
}

void mcutk_cast_s8_f32(const int8_t *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (float)in[i];
    }
}

void mcutk_cast_s16_s8(const int16_t *in, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int8_t)in[i];
    }
}

void mcutk_cast_s16_s16(const int16_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = in[i];
    }
}

void mcutk_cast_s16_s32(const int16_t *in, int32_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int32_t)in[i];
    }
}

void mcutk_cast_s16_f32(const int16_t *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (float)in[i];
    }
}

void mcutk_cast_s32_s8(const int32_t *in, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int8_t)in[i];
    }
}

void mcutk_cast_s32_s16(const int32_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int16_t)in[i];
    }
}

void mcutk_cast_s32_s32(const int32_t *in, int32_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = in[i];
    }
}

void mcutk_cast_s32_f32(const int32_t *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (float)in[i];
    }
}

void mcutk_cast_f32_s8(const float *in, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int8_t)mcutk_cast_whole(in[i]);
    }
}

void mcutk_cast_f32_s16(const float *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int16_t)mcutk_cast_whole(in[i]);
    }
}

void mcutk_cast_f32_s32(const float *in, int32_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = mcutk_cast_whole(in[i]);
    }
}

void mcutk_cast_f32_f32(const float *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = in[i];
    }
}

void mcutk_cast_u8_s8(const uint8_t *in, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int8_t)in[i];
    }
}

void mcutk_cast_u8_s16(const uint8_t *in, int16_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int16_t)in[i];
    }
}

void mcutk_cast_u8_s32(const uint8_t *in, int32_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (int32_t)in[i];
    }
}

void mcutk_cast_u8_f32(const uint8_t *in, float *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        out[i] = (float)in[i];
    }
}
