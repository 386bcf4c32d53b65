/* Cores of the Helium depthwise kernels for wide rows: one output row from a strip, four pixels by two channels at a time.
 *
 * A block of 16 strip bytes holds the windows of two neighbouring pixels, so that each input load serves two VMLADAVA, with
 * the weights of a channel twice: at the first pixel's place in the block and at the second's. The number in a name is
 * 2 * step, which is built into the loads; the core without one takes any. The suffix names the rounding as in mcutk_mve_core.h.
 */
#ifndef MCUTK_DEPTHWISE_QUAD_CORES_MVE_H
#define MCUTK_DEPTHWISE_QUAD_CORES_MVE_H

#ifndef __ASSEMBLER__
#include "mcutk_mve_channels.h"

/* A run of channel pairs of one output row. The cores load it by word, in this order. */
typedef struct {
    int32_t pairs;                         /* of channels, > 0 */
    const int8_t *strip;                   /* first channel of the first pair */
    int32_t plane;                         /* bytes of a channel in the strip */
    const int8_t *weights;                 /* of the first pair */
    int32_t weights_step;                  /* bytes of a channel's weights, the zero included */
    const mcutk_mve_channel_pair *table;   /* of the first pair */
    int8_t *out;                           /* first output of the first pair */
    int32_t out_column;                    /* bytes from a pixel to the next, 3 * out_column + 2 < 65536 */
    int32_t out_w;                         /* >= 4 */
    int32_t out_zero_point;
    int32_t step;                          /* bytes from a pixel's window to the next */
    const uint8_t *order;                  /* [2][16]: weight of each byte of a block, for its first and its second pixel */
} mcutk_depthwise_quad_row;

_Static_assert(sizeof(mcutk_depthwise_quad_row) == 48, "known to the assembly");

typedef void mcutk_depthwise_quad_core(const mcutk_depthwise_quad_row *row);
mcutk_depthwise_quad_core mcutk_depthwise_quad_core6_relu;
mcutk_depthwise_quad_core mcutk_depthwise_quad_core6_linear;
mcutk_depthwise_quad_core mcutk_depthwise_quad_core12_relu;
mcutk_depthwise_quad_core mcutk_depthwise_quad_core12_linear;
mcutk_depthwise_quad_core mcutk_depthwise_quad_core_relu;
mcutk_depthwise_quad_core mcutk_depthwise_quad_core_linear;
#endif

#endif
