/* CAST between element types. Integers are cut to the width of the output; float is first limited to int32, NaN is 0. */
#ifndef MCUTK_CAST_H
#define MCUTK_CAST_H

#include <stdint.h>

/* mcutk_cast_FROM_TO(in, out, count); u8 stands for bool. In and out do not overlap. */
void mcutk_cast_s8_s8(const int8_t *in, int8_t *out, int32_t count);
void mcutk_cast_s8_s16(const int8_t *in, int16_t *out, int32_t count);
void mcutk_cast_s8_s32(const int8_t *in, int32_t *out, int32_t count);
void mcutk_cast_s8_f32(const int8_t *in, float *out, int32_t count);
void mcutk_cast_s16_s8(const int16_t *in, int8_t *out, int32_t count);
void mcutk_cast_s16_s16(const int16_t *in, int16_t *out, int32_t count);
void mcutk_cast_s16_s32(const int16_t *in, int32_t *out, int32_t count);
void mcutk_cast_s16_f32(const int16_t *in, float *out, int32_t count);
void mcutk_cast_s32_s8(const int32_t *in, int8_t *out, int32_t count);
void mcutk_cast_s32_s16(const int32_t *in, int16_t *out, int32_t count);
void mcutk_cast_s32_s32(const int32_t *in, int32_t *out, int32_t count);
void mcutk_cast_s32_f32(const int32_t *in, float *out, int32_t count);
void mcutk_cast_f32_s8(const float *in, int8_t *out, int32_t count);
void mcutk_cast_f32_s16(const float *in, int16_t *out, int32_t count);
void mcutk_cast_f32_s32(const float *in, int32_t *out, int32_t count);
void mcutk_cast_f32_f32(const float *in, float *out, int32_t count);
void mcutk_cast_u8_s8(const uint8_t *in, int8_t *out, int32_t count);
void mcutk_cast_u8_s16(const uint8_t *in, int16_t *out, int32_t count);
void mcutk_cast_u8_s32(const uint8_t *in, int32_t *out, int32_t count);
void mcutk_cast_u8_f32(const uint8_t *in, float *out, int32_t count);

#endif
