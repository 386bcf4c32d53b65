/* Dot-product cores of the Helium (Armv8.1-M MVE) kernels.
 *
 * A core multiplies runs of inputs with packed weights, requantizes, and writes int8 outputs. Convolution kernels arrange
 * their inputs so that everything a pixel needs is one such run, its depth.
 *
 * Cores read whole blocks of 16 inputs: up to 15 bytes after a run, which meet weights of zero.
 *
 * Weights, for groups of four output channels: ceil(depth / 16) blocks of [4 channels][16 bytes], zeros past the depth.
 * Channels beyond out_c exist in the last group and are not stored.
 *
 * Channel table, for groups of four: int32 bias[4], multiplier[4], shift[4] with shift as in TFLite, <= 0. Cores named
 * `any` take int32 bias[4], left[4], multiplier[4], right[4], where left = max(shift, 0) and right = min(shift, 0).
 *
 * Three ways to round, chosen at compile time:
 *   relu    needs act_min >= out_zero_point and shift <= 0. VRSHL rounds halves up, the reference halves away from
 *           zero; they differ for negative values only, and those become act_min either way.
 *   linear  needs shift < 0: one is taken from negative values before VRSHL, which turns halves up into halves away.
 *   any     any shift.
 * `even` cores need out_c % 4 == 0.
 */
#ifndef MCUTK_MVE_CORE_H
#define MCUTK_MVE_CORE_H

#include <stdint.h>

/* Work for a core: `pairs` pairs of pixels. The cores copy it to their stack by word, in this order. */
typedef struct {
    int32_t blocks_plus_1; /* ceil(depth / 16) + 1 */
    const int8_t *in0;     /* first pixel of the first pair */
    const int8_t *in1;     /* second pixel of the first pair */
    int32_t out_zero_point;
    int32_t out_step;      /* bytes from a pixel's output to the next: out_c, or 0 to compute one pixel twice */
    int8_t *out_end;       /* end of the first pixel's output */
    const int8_t *weights;
    const int32_t *channels;
    int32_t pairs;         /* > 0 */
    int32_t in_step2;      /* bytes from a pair's inputs to the next pair's */
    int8_t *out;
    int32_t act_min;
    int32_t act_max;
} mcutk_mve_job;

typedef void mcutk_mve_core(const mcutk_mve_job *job);

/* Two pixels by four channels at a time. */
mcutk_mve_core mcutk_mve_core_relu_even;
mcutk_mve_core mcutk_mve_core_relu;
mcutk_mve_core mcutk_mve_core_linear_even;
mcutk_mve_core mcutk_mve_core_linear;
mcutk_mve_core mcutk_mve_core_any;

#endif
