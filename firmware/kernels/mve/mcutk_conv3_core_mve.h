/* Core of the Helium convolutions with kernels three pixels wide: one output row, four pixels by two channels at a time.
 *
 * Neighbouring pixels share two of their three columns: six columns of 16 inputs and the weights of three taps for two channels
 * are 12 loads and 24 VMLADAVA for 384 MACs. The inputs lie in planes of [columns][16 bytes], one for each kernel row and 16
 * input channels. The suffix names the rounding as in mcutk_mve_core.h.
 */
#ifndef MCUTK_CONV3_CORE_MVE_H
#define MCUTK_CONV3_CORE_MVE_H

#ifndef __ASSEMBLER__
#include "mcutk_mve_channels.h"

/* A run of channel pairs of one output row. The cores load it by word, in this order. */
typedef struct {
    const int8_t *planes;
    int32_t plane;                       /* bytes of a plane */
    int32_t units;                       /* number of planes */
    const int8_t *weights;               /* [pairs][units][3][2 channels][16] */
    const mcutk_mve_channel_pair *table; /* [pairs] */
    int32_t pairs;                       /* of channels, > 0 */
    int8_t *out;                         /* first pixel, first channel */
    int32_t out_c;                       /* bytes from a pixel to the next, 3 * out_c + 1 < 65536 */
    int32_t out_w;                       /* >= 4 */
    int32_t out_zero_point;
} mcutk_conv3_row;

_Static_assert(sizeof(mcutk_conv3_row) == 40, "known to the assembly");

typedef void mcutk_conv3_core_mve(const mcutk_conv3_row *row);
mcutk_conv3_core_mve mcutk_conv3_core_mve_relu;
mcutk_conv3_core_mve mcutk_conv3_core_mve_linear;
#endif

#endif
