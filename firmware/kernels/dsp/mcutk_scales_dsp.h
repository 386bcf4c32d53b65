/* How the DSP kernels turn sums into int8 outputs. Each kernel has a version for each way of rounding:
 *
 *   relu    out_zero_point = act_min = -128, act_max = 127, right shifts of 1 to 22, |sum| < 2^30. Negative sums become
 *           -128 however they are rounded.
 *   linear  act_min = -128, act_max = 127, right shifts of 1 to 22, |sum| < 2^30
 *   any     every clamp, shift and sum
 */
#ifndef MCUTK_SCALES_DSP_H
#define MCUTK_SCALES_DSP_H

#include <stddef.h>
#include <stdint.h>

#include "mcutk_dsp_offsets.h"

/* Channels of a group: the inner blocks compute the outputs of a group together. */
#define MCUTK_GROUP 4

/* relu and linear: requantization of a group of four output channels. Channels beyond out_c have all bits zero. */
typedef struct {
    uint32_t right_shifts;            /* right shift - 1 of each channel, one byte each, the first in bits 0 to 7 */
    int32_t multipliers[MCUTK_GROUP]; /* Q31 */
} mcutk_scales_dsp;

/* any: requantization of one output channel. real_multiplier = multiplier / 2^31 * 2^shift. */
typedef struct {
    int32_t multiplier; /* Q31, in [2^30, 2^31) or 0 */
    int32_t shift;      /* > 0 left, < 0 right */
} mcutk_scale_dsp;

#if defined(__arm__)
_Static_assert(offsetof(mcutk_scales_dsp, right_shifts) == MCUTK_SCALES_RIGHT_SHIFTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_scales_dsp, multipliers) == MCUTK_SCALES_MULTIPLIERS, "layout known to assembly");
_Static_assert(sizeof(mcutk_scales_dsp) == MCUTK_SCALES_BYTES, "layout known to assembly");
#endif

#endif
