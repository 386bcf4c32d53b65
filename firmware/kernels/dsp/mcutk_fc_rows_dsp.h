/* The inner block of the DSP fully connected kernels. */
#ifndef MCUTK_FC_ROWS_DSP_H
#define MCUTK_FC_ROWS_DSP_H

#include <stdint.h>

/* One row of inputs by a run of groups of eight channels. Offsets are known to the assembly. */
typedef struct {
    const uint32_t *weights; /* as mcutk_fc_dsp.h packs them */
    const int8_t *in;        /* may be unaligned */
    const int8_t *in_end;    /* in + depth; depth is a multiple of 4, at least 4 */
    int8_t *out;
    const uint32_t *table;   /* multiplier, right shift - 1 */
    int32_t step;            /* bytes from channel to channel of the table: 0 or 8 */
    int32_t rounding;        /* 2 * out_zero_point + 1 */
    int32_t groups;          /* at least 1 */
} mcutk_fc_row;

typedef void mcutk_fc_row_fn(const mcutk_fc_row *r);
mcutk_fc_row_fn mcutk_fc_row_relu_dsp;
mcutk_fc_row_fn mcutk_fc_row_linear_dsp;

#endif
