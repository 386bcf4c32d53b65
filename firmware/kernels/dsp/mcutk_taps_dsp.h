/* Inner block of the general depthwise kernels: one output pixel, four channels at a time, two taps at a time.
 *
 * Packing of weights, one group of four channels after another; taps in the order of the pointers, padded to an even
 * number with zero weights:
 *   int32_t bias[4]
 *   uint32_t [taps/2][2]   bytes c0 c1 of the first tap, c0 c1 of the second;  c2 c3 alike
 */
#ifndef MCUTK_TAPS_DSP_H
#define MCUTK_TAPS_DSP_H

#include "mcutk_scales_dsp.h"

/* The window of a pixel and a run of groups. The layout is known to the assembly. */
typedef struct {
    const int8_t *const *taps;      /* where each tap's channels are; may be unaligned */
    const int8_t *const *taps_end;  /* taps + an even number, at least 2 */
    const uint32_t *weights;        /* of the first group, packed as above */
    const mcutk_scales_dsp *scales; /* of the first group; raw: not read */
    int32_t channel;                /* the first channel: an offset from each tap */
    int32_t channel_end;            /* channel + 4 * groups, at least 1 group */
    int32_t rounding;               /* 2 * out_zero_point + 1; raw: not read */
} mcutk_taps;

#if defined(__arm__)
_Static_assert(offsetof(mcutk_taps, taps) == MCUTK_TAPS_FIRST, "layout known to assembly");
_Static_assert(offsetof(mcutk_taps, taps_end) == MCUTK_TAPS_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_taps, weights) == MCUTK_TAPS_WEIGHTS, "layout known to assembly");
_Static_assert(offsetof(mcutk_taps, scales) == MCUTK_TAPS_SCALES, "layout known to assembly");
_Static_assert(offsetof(mcutk_taps, channel) == MCUTK_TAPS_CHANNEL, "layout known to assembly");
_Static_assert(offsetof(mcutk_taps, channel_end) == MCUTK_TAPS_CHANNEL_END, "layout known to assembly");
_Static_assert(offsetof(mcutk_taps, rounding) == MCUTK_TAPS_ROUNDING, "layout known to assembly");
_Static_assert(sizeof(mcutk_taps) == MCUTK_TAPS_BYTES, "layout known to assembly");
#endif

/* Outputs of all groups, 4 bytes per group. relu, linear: conditions in mcutk_scales_dsp.h. */
typedef void mcutk_taps_fn(const mcutk_taps *t, int8_t *out);
mcutk_taps_fn mcutk_taps_relu_dsp;
mcutk_taps_fn mcutk_taps_linear_dsp;

/* Sums of all groups, not requantized, 4 per group. */
void mcutk_taps_raw_dsp(const mcutk_taps *t, int32_t *sums);

#endif
