/* Cores of the Helium FULLY_CONNECTED kernels: one row of inputs by all output channels, four at a time.
 *
 * Assembly (mcutk_fc_cores_mve.S): VMLADAVA accumulates into even registers only, and GCC 12 spills them. The suffix names the
 * rounding as in mcutk_mve_core.h; `shared` cores have one multiplier and shift for all channels.
 */
#ifndef MCUTK_FC_CORES_MVE_H
#define MCUTK_FC_CORES_MVE_H

/* Offsets in mcutk_fc_mve_job. */
#define MCUTK_FC_MVE_JOB_WEIGHTS 0
#define MCUTK_FC_MVE_JOB_CHANNELS 4
#define MCUTK_FC_MVE_JOB_TAIL 8
#define MCUTK_FC_MVE_JOB_OUT_C 12
#define MCUTK_FC_MVE_JOB_BLOCKS 16
#define MCUTK_FC_MVE_JOB_OUT_ZERO_POINT 20
#define MCUTK_FC_MVE_JOB_ACT_MIN 24
#define MCUTK_FC_MVE_JOB_ACT_MAX 28
#define MCUTK_FC_MVE_JOB_MULTIPLIER 32
#define MCUTK_FC_MVE_JOB_SHIFT 36

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* What is the same for all rows. The cores load it by word, in this order. */
typedef struct {
    const int8_t *weights;
    const int32_t *channels; /* words of the channel table; of `shared` cores the biases alone */
    int32_t tail;            /* in_c % 16 */
    int32_t out_c;
    int32_t blocks;          /* in_c / 16 */
    int32_t out_zero_point;
    int32_t act_min, act_max;
    int32_t multiplier, shift; /* of `shared` cores */
} mcutk_fc_mve_job;

_Static_assert(offsetof(mcutk_fc_mve_job, weights) == MCUTK_FC_MVE_JOB_WEIGHTS, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, channels) == MCUTK_FC_MVE_JOB_CHANNELS, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, tail) == MCUTK_FC_MVE_JOB_TAIL, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, out_c) == MCUTK_FC_MVE_JOB_OUT_C, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, blocks) == MCUTK_FC_MVE_JOB_BLOCKS, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, out_zero_point) == MCUTK_FC_MVE_JOB_OUT_ZERO_POINT, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, act_min) == MCUTK_FC_MVE_JOB_ACT_MIN, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, act_max) == MCUTK_FC_MVE_JOB_ACT_MAX, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, multiplier) == MCUTK_FC_MVE_JOB_MULTIPLIER, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_mve_job, shift) == MCUTK_FC_MVE_JOB_SHIFT, "known to the assembly");

typedef void mcutk_fc_mve_core(const int8_t *in, int8_t *out, const mcutk_fc_mve_job *job);
mcutk_fc_mve_core mcutk_fc_mve_core_relu;
mcutk_fc_mve_core mcutk_fc_mve_core_linear;
mcutk_fc_mve_core mcutk_fc_mve_core_any;
mcutk_fc_mve_core mcutk_fc_mve_core_relu_shared;
mcutk_fc_mve_core mcutk_fc_mve_core_linear_shared;
#endif

#endif
