/* QUANTIZE and DEQUANTIZE where float, 16-bit or 32-bit integers stand at the border of an int8 model.
 *
 * Element i is written once element i is read: an int8 output may lie over its input. Only the functions with f32 in
 * their names compute with float.
 */
#ifndef MCUTK_BORDER_H
#define MCUTK_BORDER_H

#include <stdint.h>

/* clamp(requantize(x - in_zero_point) + out_zero_point) to low..high. */
typedef struct {
    int32_t in_zero_point, out_zero_point;
    int32_t multiplier, shift; /* as in mcutk_channel */
    int32_t low, high;         /* clamp: the range of the output type */
} mcutk_rescale;

void mcutk_rescale_s8_s16(const int8_t *in, int16_t *out, int32_t count, const mcutk_rescale *p);
void mcutk_rescale_s8_s32(const int8_t *in, int32_t *out, int32_t count, const mcutk_rescale *p);
void mcutk_rescale_s16_s8(const int16_t *in, int8_t *out, int32_t count, const mcutk_rescale *p);
void mcutk_rescale_s16_s16(const int16_t *in, int16_t *out, int32_t count, const mcutk_rescale *p);
void mcutk_rescale_s16_s32(const int16_t *in, int32_t *out, int32_t count, const mcutk_rescale *p);
void mcutk_rescale_s32_s8(const int32_t *in, int8_t *out, int32_t count, const mcutk_rescale *p);
void mcutk_rescale_s32_s16(const int32_t *in, int16_t *out, int32_t count, const mcutk_rescale *p);

/* round(x / scale) + zero_point, halves away from zero, saturated; not-a-number counts as 0. */
void mcutk_quantize_f32_s8(const float *in, int8_t *out, int32_t count, float scale, int32_t zero_point);
void mcutk_quantize_f32_s16(const float *in, int16_t *out, int32_t count, float scale, int32_t zero_point);

/* scale * (x - zero_point) */
void mcutk_dequantize_s8_f32(const int8_t *in, float *out, int32_t count, float scale, int32_t zero_point);
void mcutk_dequantize_u8_f32(const uint8_t *in, float *out, int32_t count, float scale, int32_t zero_point);
void mcutk_dequantize_s16_f32(const int16_t *in, float *out, int32_t count, float scale, int32_t zero_point);

#endif
