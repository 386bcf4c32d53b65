/* FULLY_CONNECTED with the DSP extension (Armv7E-M), int8: eight channels at a time, inputs unpacked on the way.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_rows_dsp *p)
 *   in       [rows][in_c]
 *   out      [rows][out_c]; each group of eight channels reads the whole row of inputs
 *   scratch  a row padded to a multiple of 4 bytes where in_c is none, else not used
 *   p        in flash
 *   relu, linear: conditions in mcutk_scales_dsp.h; shared: all channels have the same scale
 */
#ifndef MCUTK_FC_ROWS_DSP_H
#define MCUTK_FC_ROWS_DSP_H

#include "mcutk_fc_row_dsp.h"

typedef struct {
    const uint32_t *weights;          /* packed as mcutk_fc_row_dsp.h says */
    const mcutk_fc_scale_dsp *scales; /* [out_c padded to a multiple of 8]; shared: [1] */
    int32_t rows;                     /* as many as the batch has, at least 1 */
    uint16_t in_c, out_c;
    int8_t out_zero_point;
} mcutk_fc_rows_dsp;

typedef void mcutk_fc_rows_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_rows_dsp *p);
mcutk_fc_rows_dsp_fn mcutk_fc_dsp_relu;
mcutk_fc_rows_dsp_fn mcutk_fc_dsp_linear;
mcutk_fc_rows_dsp_fn mcutk_fc_dsp_relu_shared;
mcutk_fc_rows_dsp_fn mcutk_fc_dsp_linear_shared;

#endif
