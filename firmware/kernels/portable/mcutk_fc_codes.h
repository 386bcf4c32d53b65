/* FULLY_CONNECTED with weights of 2 or 4 bits that are multiplied as they are stored, without scratch. Portable C11.
 *
 *   weight = step * code + origin, so that a sum of products is  step * sum(code * input) + origin * sum(input)
 *
 *   in       [rows][in_c]
 *   out      [rows][out_c]; a row of inputs is needed until its row of outputs is complete
 *   scratch  not used, may be NULL
 */
#ifndef MCUTK_FC_CODES_H
#define MCUTK_FC_CODES_H

#include "mcutk_types.h"

typedef struct {
    mcutk_fc_shape shape;
    const uint32_t *codes;         /* [out_c][ceil(in_c * bits / 32)]: codes of successive inputs, the first in the low bits */
    const mcutk_channel *channels; /* [out_c] */
    int32_t step, origin;
    uint8_t bits;                  /* of a code: 2 or 4 */
} mcutk_fc_codes;

void mcutk_fc_codes_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_codes *p);

#endif
