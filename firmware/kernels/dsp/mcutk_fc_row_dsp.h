/* Inner block of the DSP fully connected kernels: one row of inputs by any number of groups of eight channels.
 *
 * Packing of weights, one group of eight channels after another; inputs padded with zero weights to a multiple of 4:
 *   int32_t bias[8]             256 * b0 + b1, b1, 256 * b2 + b3, b3 ...
 *   uint32_t [inputs/4][2][4]   for inputs 0 2, then 1 3: channels 0 1, 2 3, 4 5, 6 7, two channels per signed
 *                               half-word as in the narrow packing of mcutk_gemm_dsp.h, with the same bounds
 */
#ifndef MCUTK_FC_ROW_DSP_H
#define MCUTK_FC_ROW_DSP_H

#include "mcutk_scales_dsp.h"

/* Output channels of a group. */
#define MCUTK_FC_GROUP 8

/* Requantization of one output channel. */
typedef struct {
    int32_t multiplier;   /* Q31 */
    uint32_t right_shift; /* right shift - 1 */
} mcutk_fc_scale_dsp;

/* A row of inputs and a run of groups. The layout is known to the assembly. */
typedef struct {
    const uint32_t *weights;          /* of the first group, packed as above */
    const int8_t *in;                 /* may be unaligned */
    const int8_t *in_end;             /* in + inputs, a multiple of 4, at least 4 */
    int8_t *out;                      /* 8 bytes per group */
    const mcutk_fc_scale_dsp *scales; /* of the first channel; shared: of all channels */
    int32_t rounding;                 /* 2 * out_zero_point + 1 */
    int32_t groups;                   /* at least 1 */
} mcutk_fc_row;

#if defined(__arm__)
_Static_assert(offsetof(mcutk_fc_scale_dsp, multiplier) == MCUTK_FC_SCALE_MULTIPLIER, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_scale_dsp, right_shift) == MCUTK_FC_SCALE_RIGHT_SHIFT, "layout known to assembly");
_Static_assert(sizeof(mcutk_fc_scale_dsp) == MCUTK_FC_SCALE_BYTES, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, weights) == MCUTK_FC_ROW_WEIGHTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, in) == MCUTK_FC_ROW_IN, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, in_end) == MCUTK_FC_ROW_IN_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, out) == MCUTK_FC_ROW_OUT, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, scales) == MCUTK_FC_ROW_SCALES, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, rounding) == MCUTK_FC_ROW_ROUNDING, "layout known to assembly");
_Static_assert(offsetof(mcutk_fc_row, groups) == MCUTK_FC_ROW_GROUPS, "layout known to assembly");
_Static_assert(sizeof(mcutk_fc_row) == MCUTK_FC_ROW_BYTES, "layout known to assembly");
#endif

/* relu, linear: conditions in mcutk_scales_dsp.h. shared: all channels have the same scale. */
typedef void mcutk_fc_row_fn(const mcutk_fc_row *r);
mcutk_fc_row_fn mcutk_fc_row_relu_dsp;
mcutk_fc_row_fn mcutk_fc_row_linear_dsp;
mcutk_fc_row_fn mcutk_fc_row_relu_shared_dsp;
mcutk_fc_row_fn mcutk_fc_row_linear_shared_dsp;

#endif
