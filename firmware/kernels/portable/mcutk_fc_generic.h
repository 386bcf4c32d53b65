/* FULLY_CONNECTED one output at a time: the smallest kernel, and the fastest for a few outputs. Portable C11.
 *
 *   in       [rows][in_c]
 *   out      [rows][out_c], written upward byte by byte; a row is read to its end for each output
 *   scratch  not used, may be NULL
 * Exact for every int8 input as long as no accumulator leaves int32.
 */
#ifndef MCUTK_FC_GENERIC_H
#define MCUTK_FC_GENERIC_H

#include "mcutk_types.h"

typedef struct {
    mcutk_fc_shape shape;
    const int8_t *weights;         /* [out_c][in_c] */
    const mcutk_channel *channels; /* [out_c] */
} mcutk_fc_generic;

void mcutk_fc_generic_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_generic *p);

#endif
