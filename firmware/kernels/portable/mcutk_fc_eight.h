/* FULLY_CONNECTED eight outputs at a time, so that an input is loaded once for eight products. Portable C11.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [out_h * out_w][in_c]: 1x1 geometry, a row of inputs for each row of outputs
 *   out      [out_h * out_w][out_c]; a row is read to its end while it is computed
 *   scratch  not used, may be NULL
 *   p        channels: a row with the mcutk_finish_way, then mcutk_channel [out_c], up to a multiple of 8 with zeros
 *            weights: int8_t [out_c / 8][in_c][8], likewise
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_FC_EIGHT_H
#define MCUTK_FC_EIGHT_H

#include "mcutk_types.h"

void mcutk_fc_eight(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

#endif
