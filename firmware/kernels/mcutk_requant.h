/* Exact requantization: gemmlowp's double rounding, as TensorFlow Lite Micro's reference kernels use it.
 *
 *   result = RoundingDivideByPOT(SaturatingRoundingDoublingHighMul(x << left, multiplier), right)
 *
 * gemmlowp rounds the product half away from zero and then truncates toward zero; both together are one floor:
 * (x * multiplier + 2^30) >> 31. It saturates only for INT32_MIN * INT32_MIN, and a multiplier is never INT32_MIN.
 */
#ifndef MCUTK_REQUANT_H
#define MCUTK_REQUANT_H

#include <stdint.h>
#ifdef __ARM_FEATURE_SAT
#include <arm_acle.h>
#endif

_Static_assert((-3 >> 1) == -2, "kernels need an arithmetic right shift of negative integers");

/* Cores whose multiplier gives 32 bits only: a 64-bit product there is a library call of about thirty instructions. */
#if (defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)) && !defined(MCUTK_NO_LONG_MULTIPLY)
#define MCUTK_NO_LONG_MULTIPLY 1
#endif

/* x * 2^shift modulo 2^32, without the undefined behaviour of a signed overflow. shift in 0..31. */
static inline int32_t mcutk_shift_left(int32_t x, int32_t shift) {
    return (int32_t)((uint32_t)x << shift);
}

/* SaturatingRoundingDoublingHighMul(x, multiplier) for a multiplier in 0 .. 2^31-1 and any x. */
static inline int32_t mcutk_high_mul(int32_t x, int32_t multiplier) {
#ifdef MCUTK_NO_LONG_MULTIPLY
    /* Signed 16-bit halves: x = xh * 2^16 + xl with xl in [-2^15, 2^15), the multiplier alike. No sum below leaves
     * int32: |xh * ml| and |xl * mh| are at most 2^30 and cannot both be +2^30. */
    const int32_t xl = (int16_t)x;
    const int32_t xh = (x >> 16) + (int32_t)(((uint32_t)x >> 15) & 1u);
    const int32_t ml = (int16_t)multiplier;
    const int32_t mh = (multiplier >> 16) + (int32_t)(((uint32_t)multiplier >> 15) & 1u);
    const int32_t low = (int32_t)(((uint32_t)(xl * ml) + (1u << 30)) >> 16); /* the sum is in 0 .. 2^31 */
    const int32_t middle = xh * ml + xl * mh + low;
    return (int32_t)(((uint32_t)(xh * mh) << 1) + (uint32_t)(middle >> 15));
#else
    return (int32_t)(((int64_t)x * multiplier + (1 << 30)) >> 31);
#endif
}

/* RoundingDivideByPOT(x, exponent): x / 2^exponent, halves away from zero. exponent in 0..31. */
static inline int32_t mcutk_divide_by_pot(int32_t x, int32_t exponent) {
    const uint32_t mask = (1u << exponent) - 1u;
    const uint32_t remainder = (uint32_t)x & mask;
    const uint32_t threshold = (mask >> 1) + (x < 0 ? 1u : 0u);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/* MultiplyByQuantizedMultiplier(x, multiplier, shift). multiplier in 0 .. 2^31-1, shift in -31..30, > 0 left. */
static inline int32_t mcutk_requantize(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0;
    return mcutk_divide_by_pot(mcutk_high_mul(mcutk_shift_left(x, left), multiplier), left - shift);
}

/* x limited to low..high. */
static inline int32_t mcutk_clamp(int32_t x, int32_t low, int32_t high) {
    x = x < low ? low : x;
    return x > high ? high : x;
}

/* x limited to int8. */
static inline int32_t mcutk_saturate_8(int32_t x) {
#ifdef __ARM_FEATURE_SAT
    int32_t limited; /* not __ssat(): GCC's own expansion of it warns under -Wconversion */
    __asm("ssat %0, #8, %1" : "=r"(limited) : "r"(x));
    return limited;
#else
    /* One comparison where x is within int8; -1 ^ 127 is -128. */
    return (uint32_t)x + 128u > 255u ? (x >> 31) ^ INT8_MAX : x;
#endif
}

/* x limited to int16. */
static inline int32_t mcutk_saturate_16(int32_t x) {
#ifdef __ARM_FEATURE_SAT
    int32_t limited;
    __asm("ssat %0, #16, %1" : "=r"(limited) : "r"(x));
    return limited;
#else
    return mcutk_clamp(x, INT16_MIN, INT16_MAX);
#endif
}

/* x >> 1 limited to int8. */
static inline int32_t mcutk_halve_and_saturate_8(int32_t x) {
#ifdef __ARM_FEATURE_SAT
    int32_t limited;
    __asm("ssat %0, #8, %1, asr #1" : "=r"(limited) : "r"(x));
    return limited;
#else
    return mcutk_saturate_8(x >> 1);
#endif
}

/* Last step of the int8 kernels: requantize, add the output's zero point (modulo 2^32), limit to low..high. */
static inline int32_t mcutk_finish(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero_point, int32_t low,
                                   int32_t high) {
    const int32_t scaled = mcutk_requantize(sum, multiplier, shift);
    return mcutk_clamp((int32_t)((uint32_t)scaled + (uint32_t)zero_point), low, high);
}

#endif
