/* FULLY_CONNECTED with Helium, int8.
 *
 *   in       [rows][in_c]; in_c need not be a multiple of 16
 *   out      [rows][out_c], row by row, four channels at a time
 *   scratch  not used
 * The suffix (relu, linear, any) names the rounding; mcutk_mve_core.h has the conditions and the packing of weights, depth =
 * in_c. `shared`: one multiplier and shift for all channels.
 */
#ifndef MCUTK_FC_MVE_H
#define MCUTK_FC_MVE_H

#include "mcutk_mve_channels.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_fc_shape shape;
    const int8_t *weights;
    const mcutk_mve_channels *channels; /* [ceil(out_c / 4)] */
} mcutk_fc_mve;

typedef struct {
    mcutk_fc_shape shape;
    const int8_t *weights;
    const mcutk_mve_channels_any_shift *channels; /* [ceil(out_c / 4)] */
} mcutk_fc_mve_any_shift;

typedef struct {
    mcutk_fc_shape shape;
    int32_t multiplier, shift; /* as in mcutk_channel, of all channels */
    const int8_t *weights;
    const int32_t *biases;     /* [out_c], filled up to a multiple of four */
} mcutk_fc_mve_shared;

void mcutk_fc_mve_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_mve *p);
void mcutk_fc_mve_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_mve *p);
void mcutk_fc_mve_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_mve_any_shift *p);
void mcutk_fc_mve_relu_shared(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_mve_shared *p);
void mcutk_fc_mve_linear_shared(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_mve_shared *p);

#endif
