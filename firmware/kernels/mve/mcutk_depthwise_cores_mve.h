/* Cores of the Helium depthwise kernels: one output row from a strip (mcutk_depthwise_strip_mve.h), four channels at a time.
 *
 * Assembly (mcutk_depthwise_cores_mve.S): VMLADAVA accumulates into even registers only, and GCC 12 spills them. The number in
 * a name is `step`, which is built into the loads; cores without one take any. The suffix names the rounding as in
 * mcutk_mve_core.h. `wide` cores take windows of 17 to 32 inputs, the others up to 16.
 */
#ifndef MCUTK_DEPTHWISE_CORES_MVE_H
#define MCUTK_DEPTHWISE_CORES_MVE_H

/* Offsets in mcutk_depthwise_row. */
#define MCUTK_DEPTHWISE_ROW_CHANNELS_LEFT 0
#define MCUTK_DEPTHWISE_ROW_WEIGHTS 4
#define MCUTK_DEPTHWISE_ROW_PLANE 8
#define MCUTK_DEPTHWISE_ROW_OUT 12
#define MCUTK_DEPTHWISE_ROW_TAPS 16
#define MCUTK_DEPTHWISE_ROW_OUT_COLUMN 20
#define MCUTK_DEPTHWISE_ROW_TABLE 24
#define MCUTK_DEPTHWISE_ROW_STRIP 28
#define MCUTK_DEPTHWISE_ROW_OUT_ZERO_POINT 36
#define MCUTK_DEPTHWISE_ROW_OUT_W 40
#define MCUTK_DEPTHWISE_ROW_ACT_MIN 44
#define MCUTK_DEPTHWISE_ROW_ACT_MAX 48
#define MCUTK_DEPTHWISE_ROW_STEP 52
#define MCUTK_DEPTHWISE_ROW_ORDER 32
#define MCUTK_DEPTHWISE_ROW_PARTIAL 56

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* One output row. The cores load it by word, in this order, and keep the state between groups of channels in it. */
typedef struct {
    int32_t channels_left; /* > 0; a multiple of four except for `any` cores */
    const int8_t *weights; /* of the next group */
    int32_t plane;         /* bytes of a channel in the strip */
    int8_t *out;           /* first output of the next group */
    int32_t taps;          /* kernel_h * kernel_w */
    int32_t out_column;    /* bytes from a pixel to the next */
    const int32_t *table;  /* words of the next group's channel table */
    const int8_t *strip;   /* first channel of the next group */
    const uint8_t *order;  /* [32]: which weight of a channel each byte of a window is multiplied by */
    int32_t out_zero_point;
    int32_t out_w;
    int32_t act_min, act_max; /* read by `any` cores only */
    int32_t step;          /* stride_w * kernel_h */
    int32_t *partial;      /* [out_w][4]: accumulators between the two passes of `wide` cores */
} mcutk_depthwise_row;

_Static_assert(offsetof(mcutk_depthwise_row, channels_left) == MCUTK_DEPTHWISE_ROW_CHANNELS_LEFT, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, weights) == MCUTK_DEPTHWISE_ROW_WEIGHTS, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, plane) == MCUTK_DEPTHWISE_ROW_PLANE, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, out) == MCUTK_DEPTHWISE_ROW_OUT, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, taps) == MCUTK_DEPTHWISE_ROW_TAPS, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, out_column) == MCUTK_DEPTHWISE_ROW_OUT_COLUMN, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, table) == MCUTK_DEPTHWISE_ROW_TABLE, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, strip) == MCUTK_DEPTHWISE_ROW_STRIP, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, out_zero_point) == MCUTK_DEPTHWISE_ROW_OUT_ZERO_POINT, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, out_w) == MCUTK_DEPTHWISE_ROW_OUT_W, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, act_min) == MCUTK_DEPTHWISE_ROW_ACT_MIN, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, act_max) == MCUTK_DEPTHWISE_ROW_ACT_MAX, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, step) == MCUTK_DEPTHWISE_ROW_STEP, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, order) == MCUTK_DEPTHWISE_ROW_ORDER, "known to the assembly");
_Static_assert(offsetof(mcutk_depthwise_row, partial) == MCUTK_DEPTHWISE_ROW_PARTIAL, "known to the assembly");

typedef void mcutk_depthwise_core(mcutk_depthwise_row *row);
mcutk_depthwise_core mcutk_depthwise_core3_relu;
mcutk_depthwise_core mcutk_depthwise_core3_linear;
mcutk_depthwise_core mcutk_depthwise_core6_relu;
mcutk_depthwise_core mcutk_depthwise_core6_linear;
mcutk_depthwise_core mcutk_depthwise_core_relu;
mcutk_depthwise_core mcutk_depthwise_core_linear;
mcutk_depthwise_core mcutk_depthwise_core_any; /* the table has words of mcutk_mve_channels_any_shift */
mcutk_depthwise_core mcutk_depthwise_core5_wide_relu;
mcutk_depthwise_core mcutk_depthwise_core5_wide_linear;
mcutk_depthwise_core mcutk_depthwise_core10_wide_relu;
mcutk_depthwise_core mcutk_depthwise_core10_wide_linear;
#endif

#endif
