/* Dot-product cores of the Helium (Armv8.1-M MVE) convolutions.
 *
 * A core multiplies runs of inputs with packed weights, requantizes, and writes int8 outputs. Convolution kernels arrange
 * their inputs so that everything that a pixel needs is one such run; its length is the depth.
 *
 * Cores read whole blocks of 16 inputs: up to 15 bytes after a run, which are multiplied by weights of zero.
 *
 * Weights, for groups of four output channels: ceil(depth / 16) blocks of [4 channels][16 bytes], zeros beyond the depth.
 * The last group always has four channels; those beyond out_c are not written to the output.
 *
 * Three ways to round, chosen at compile time:
 *   relu    needs out_zero_point = act_min = -128, act_max = 127 and shift <= 0. VRSHL rounds halves up, the reference halves
 *           away from zero; they differ for negative values only, and those become act_min either way.
 *   linear  needs act_min = -128, act_max = 127 and shift < 0: one is subtracted from negative values before VRSHL, which
 *           turns halves up into halves away.
 *   any     any shift and clamp.
 * relu and linear narrow to int8 with saturation, zero point included; |accumulator| + 128 must stay below 2^31.
 * `even` cores need out_c % 4 == 0.
 *
 * The cores are assembly (mcutk_mve_core.S): VMLADAVA accumulates into even registers only, and GCC 12 spills them when it is
 * given the same loop as intrinsics.
 */
#ifndef MCUTK_MVE_CORE_H
#define MCUTK_MVE_CORE_H

#ifndef __ASSEMBLER__
#include <stddef.h>

#include "mcutk_mve_channels.h"

/* Work for a core: `pairs` pairs of pixels. The cores load it by word, in this order. */
typedef struct {
    int32_t blocks;          /* ceil(depth / 16) */
    const int8_t *in0;       /* first pixel of the first pair */
    const int8_t *in1;       /* second pixel of the first pair */
    const int8_t *weights;
    const int32_t *channels; /* words of mcutk_mve_channels; of mcutk_mve_channels_any_shift for the core `any` */
    int32_t pairs;           /* > 0 */
    int32_t in_step2;        /* bytes from a pair's inputs to the next pair's */
    int32_t out_skip;        /* bytes from the end of the first pixel's output to the next pair */
    int32_t out_c;
    int8_t *out;
    int32_t out_step;        /* bytes from the first pixel's output to the second's, < 65533; 0 to compute one pixel twice */
    int32_t out_zero_point;
    int32_t act_min;         /* these two of the core `any` only */
    int32_t act_max;
} mcutk_mve_job;

_Static_assert(sizeof(mcutk_mve_job) == 56 && offsetof(mcutk_mve_job, out) == 36, "known to the assembly");

typedef void mcutk_mve_core(const mcutk_mve_job *job);

/* Two pixels by four channels at a time. */
mcutk_mve_core mcutk_mve_core_relu_even;
mcutk_mve_core mcutk_mve_core_relu;
mcutk_mve_core mcutk_mve_core_linear_even;
mcutk_mve_core mcutk_mve_core_linear;
mcutk_mve_core mcutk_mve_core_any;

/* The same for a depth of at most MCUTK_MVE_CORE_SHORT, without a loop. */
#define MCUTK_MVE_CORE_SHORT 64
mcutk_mve_core mcutk_mve_core_short_relu_even;
mcutk_mve_core mcutk_mve_core_short_relu;
mcutk_mve_core mcutk_mve_core_short_linear_even;
mcutk_mve_core mcutk_mve_core_short_linear;
mcutk_mve_core mcutk_mve_core_short_any;
#endif

#endif
