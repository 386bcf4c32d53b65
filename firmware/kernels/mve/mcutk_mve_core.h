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
 *   relu    needs act_min >= out_zero_point and shift <= 0. VRSHL rounds halves up, the reference halves away from
 *           zero; they differ for negative values only, and those become act_min either way.
 *   linear  needs shift < 0: one is subtracted from negative values before VRSHL, which turns halves up into halves away.
 *   any     any shift.
 * `even` cores need out_c % 4 == 0.
 *
 * The cores are assembly (mcutk_mve_core.S): VMLADAVA accumulates into even registers only, and GCC 12 spills them when it is
 * given the same loop as intrinsics.
 */
#ifndef MCUTK_MVE_CORE_H
#define MCUTK_MVE_CORE_H

/* Offsets in mcutk_mve_job. */
#define MCUTK_MVE_JOB_BLOCKS_PLUS_1 0
#define MCUTK_MVE_JOB_IN0 4
#define MCUTK_MVE_JOB_IN1 8
#define MCUTK_MVE_JOB_OUT_ZERO_POINT 12
#define MCUTK_MVE_JOB_OUT_STEP 16
#define MCUTK_MVE_JOB_OUT_END 20
#define MCUTK_MVE_JOB_WEIGHTS 24
#define MCUTK_MVE_JOB_CHANNELS 28
#define MCUTK_MVE_JOB_PAIRS 32
#define MCUTK_MVE_JOB_IN_STEP2 36
#define MCUTK_MVE_JOB_OUT 40
#define MCUTK_MVE_JOB_ACT_MIN 44
#define MCUTK_MVE_JOB_ACT_MAX 48

#ifndef __ASSEMBLER__
#include <stddef.h>

#include "mcutk_mve_channels.h"

/* Work for a core: `pairs` pairs of pixels. The cores load it by word, in this order. */
typedef struct {
    int32_t blocks_plus_1;   /* ceil(depth / 16) + 1 */
    const int8_t *in0;       /* first pixel of the first pair */
    const int8_t *in1;       /* second pixel of the first pair */
    int32_t out_zero_point;
    int32_t out_step;        /* bytes from a pixel's output to the next: out_c, or 0 to compute one pixel twice */
    int8_t *out_end;         /* end of the first pixel's output */
    const int8_t *weights;
    const int32_t *channels; /* words of mcutk_mve_channels; of mcutk_mve_channels_any_shift for the core `any` */
    int32_t pairs;           /* > 0 */
    int32_t in_step2;        /* bytes from a pair's inputs to the next pair's */
    int8_t *out;
    int32_t act_min;
    int32_t act_max;
} mcutk_mve_job;

_Static_assert(offsetof(mcutk_mve_job, blocks_plus_1) == MCUTK_MVE_JOB_BLOCKS_PLUS_1, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, in0) == MCUTK_MVE_JOB_IN0, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, in1) == MCUTK_MVE_JOB_IN1, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, out_zero_point) == MCUTK_MVE_JOB_OUT_ZERO_POINT, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, out_step) == MCUTK_MVE_JOB_OUT_STEP, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, out_end) == MCUTK_MVE_JOB_OUT_END, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, weights) == MCUTK_MVE_JOB_WEIGHTS, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, channels) == MCUTK_MVE_JOB_CHANNELS, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, pairs) == MCUTK_MVE_JOB_PAIRS, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, in_step2) == MCUTK_MVE_JOB_IN_STEP2, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, out) == MCUTK_MVE_JOB_OUT, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, act_min) == MCUTK_MVE_JOB_ACT_MIN, "known to the assembly");
_Static_assert(offsetof(mcutk_mve_job, act_max) == MCUTK_MVE_JOB_ACT_MAX, "known to the assembly");

typedef void mcutk_mve_core(const mcutk_mve_job *job);

/* Two pixels by four channels at a time. */
mcutk_mve_core mcutk_mve_core_relu_even;
mcutk_mve_core mcutk_mve_core_relu;
mcutk_mve_core mcutk_mve_core_linear_even;
mcutk_mve_core mcutk_mve_core_linear;
mcutk_mve_core mcutk_mve_core_any;
#endif

#endif
