/* FULLY_CONNECTED with Helium, int8.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [out_h * out_w][in_c], a row a batch
 *   out      [out_h * out_w][out_c], row by row, four channels at a time
 *   scratch  not used
 *   p        weights and channels packed as mcutk_mve_core.h says, depth = in_c; in_c need not be a multiple of 16
 * The suffix (relu, linear, any) names the rounding; the conditions stand in mcutk_mve_core.h.
 */
#ifndef MCUTK_FC_MVE_H
#define MCUTK_FC_MVE_H

#include "mcutk_types.h"

typedef void mcutk_fc_mve_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

mcutk_fc_mve_fn mcutk_fc_mve_relu;
mcutk_fc_mve_fn mcutk_fc_mve_linear;
mcutk_fc_mve_fn mcutk_fc_mve_any;

/* One multiplier and shift for all channels: the channel table is int32 multiplier, shift, then the biases, filled up to a
 * multiple of four. */
mcutk_fc_mve_fn mcutk_fc_mve_relu_shared;
mcutk_fc_mve_fn mcutk_fc_mve_linear_shared;

#endif
