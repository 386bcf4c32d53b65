/* Inner blocks of the Winograd convolutions with the DSP extension; mcutk_winograd_tiles.h has the layouts.
 *
 * A step is a word of two inputs as int16: 0 and 2, or 1 and 3, of a quad of four inputs, the order in which SXTB16 unpacks
 * bytes. steps = 2 * ceil(in_c / 4), in_c >= 4. Where in_c is not a multiple of 4, the last quad is the last four inputs, and
 * its weights for inputs that the quad before it has are zero.
 */
#ifndef MCUTK_WINOGRAD_TILES_DSP_H
#define MCUTK_WINOGRAD_TILES_DSP_H

#include "mcutk_winograd_tiles.h"

mcutk_winograd_columns_fn mcutk_winograd_columns_dsp;
mcutk_winograd_transform_fn mcutk_winograd_transform_dsp;
mcutk_winograd_pair_fn mcutk_winograd_pair_dsp;
mcutk_winograd_raw_fn mcutk_winograd_raw_dsp;

/* The transformed weights of a channel. `to` is its word of the first two inputs at position 0, `from` words of four inputs:
 * [quads][9 taps], `column` the bytes of four positions: 64 * steps. */
void mcutk_winograd_weights_dsp(uint32_t *to, const uint32_t *from, int32_t quads, int32_t column);

#endif
