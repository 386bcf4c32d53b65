/* FULLY_CONNECTED four outputs at a time, for cores with eight fast registers (Armv6-M, where it is assembly).
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [out_h * out_w][in_c]: 1x1 geometry, a row of inputs for each row of outputs
 *   out      [out_h * out_w][out_c]; a row is read to its end while it is computed
 *   scratch  not used, may be NULL
 *   p        channels: a row with the mcutk_finish_way, then mcutk_channel [out_c], up to a multiple of 4 with zeros
 *            weights: int8_t [out_c / 4][in_c][4], likewise
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_FC_FOUR_H
#define MCUTK_FC_FOUR_H

#include "mcutk_types.h"

void mcutk_fc_four(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

#endif
