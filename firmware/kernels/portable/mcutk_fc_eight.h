/* FULLY_CONNECTED eight outputs at a time, so that an input is loaded once for eight products. Portable C11.
 *
 *   in       [rows][in_c]
 *   out      [rows][out_c]; a row of inputs is needed until its row of outputs is complete
 *   scratch  not used, may be NULL
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_FC_EIGHT_H
#define MCUTK_FC_EIGHT_H

#include "mcutk_finish.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_fc_shape shape;
    mcutk_finish_way finish;
    const int8_t *weights;         /* [out_c / 8][in_c][8], out_c rounded up with zeros */
    const mcutk_channel *channels; /* [out_c], rounded up to a multiple of 8 with zeros */
} mcutk_fc_eight;

void mcutk_fc_eight_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_eight *p);

#endif
