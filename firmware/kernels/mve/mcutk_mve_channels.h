/* Channel tables of the Helium kernels: a struct for each group of output channels, filled up with zeros. The members mean
 * what they mean in mcutk_channel. Assembly loads the words in order. */
#ifndef MCUTK_MVE_CHANNELS_H
#define MCUTK_MVE_CHANNELS_H

#include <stdint.h>

/* Where all shifts are to the right. */
typedef struct {
    int32_t bias[4];
    int32_t multiplier[4];
    int32_t shift[4]; /* <= 0 */
} mcutk_mve_channels;

/* For any shifts. */
typedef struct {
    int32_t bias[4];
    int32_t left[4];  /* max(shift, 0) */
    int32_t multiplier[4];
    int32_t right[4]; /* min(shift, 0) */
} mcutk_mve_channels_any_shift;

/* Two channels, shifts to the right. */
typedef struct {
    int32_t multiplier0, shift0, multiplier1, shift1;
    int32_t bias0, bias1;
} mcutk_mve_channel_pair;

_Static_assert(sizeof(mcutk_mve_channel_pair) == 24, "known to the assembly");
_Static_assert(sizeof(mcutk_mve_channels) == 48 && sizeof(mcutk_mve_channels_any_shift) == 64, "known to the assembly");

#endif
