/* The inner block of the general depthwise kernels: one output pixel, four channels at a time, two taps of a time.
 *
 * Packing of weights, a group of four channels after another; taps in the order of the pointers, padded to an even
 * number with zero weights:
 *   int32_t bias[4]
 *   uint32_t [taps/2][2]   bytes c0 c1 of the first tap, c0 c1 of the second;  c2 c3 alike
 * The channel table is that of mcutk_gemm_dsp.h, and so are the conditions of relu and linear.
 */
#ifndef MCUTK_TAPS_DSP_H
#define MCUTK_TAPS_DSP_H

#include <stdint.h>

/* Offsets are known to the assembly. */
typedef struct {
    const int8_t *const *taps; /* where each tap's channels are; may be unaligned */
    const int8_t *const *taps_end;
    const uint32_t *weights;
    const uint32_t *table; /* a group's shifts and multipliers after another */
    int32_t channel;       /* the first channel: an offset from each tap */
    int32_t channel_end;   /* channel + 4 * groups */
    void *out;             /* int8_t *: 4 bytes a group; raw: int32_t *, the sums, 16 bytes a group */
    int32_t rounding;      /* 2 * out_zero_point + 1 */
} mcutk_taps;

typedef void mcutk_taps_fn(const mcutk_taps *t);
mcutk_taps_fn mcutk_taps_relu_dsp;
mcutk_taps_fn mcutk_taps_linear_dsp;
mcutk_taps_fn mcutk_taps_raw_dsp;

#endif
