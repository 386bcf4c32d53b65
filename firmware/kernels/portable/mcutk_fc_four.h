/* FULLY_CONNECTED four outputs at a time, for cores with eight low registers: assembly on Armv6-M, C11 elsewhere.
 *
 *   in       [rows][in_c]
 *   out      [rows][out_c]; a row of inputs is needed until its row of outputs is complete
 *   scratch  not used, may be NULL
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_FC_FOUR_H
#define MCUTK_FC_FOUR_H

#include "mcutk_finish.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_fc_shape shape;
    mcutk_finish_way finish;
    const int8_t *weights;         /* [out_c / 4][in_c][4], out_c rounded up with zeros */
    const mcutk_channel *channels; /* [out_c], rounded up to a multiple of 4 with zeros */
} mcutk_fc_four;

void mcutk_fc_four_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_four *p);

#endif
