/* CONV_2D four output pixels and two channels at a time, for cores with a one-instruction multiply-accumulate and about
 * thirteen registers (Cortex-M3 and up, RISC-V). Portable C11, no 64-bit multiply in the inner loop.
 *
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]; a block of four pixels is written once their windows are in the scratch
 *   scratch  depth * 4 bytes, where depth = kernel_h * kernel_w * in_c rounded up to a multiple of 4
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_CONV_QUAD_H
#define MCUTK_CONV_QUAD_H

#include "mcutk_finish.h"
#include "mcutk_types.h"

typedef struct {
    mcutk_conv_shape shape;
    mcutk_finish_way finish;
    const int8_t *weights;         /* [out_c / 2][depth][2], out_c and depth rounded up with zeros */
    const mcutk_channel *channels; /* [out_c], and one of zeros where out_c is odd */
} mcutk_conv_quad;

void mcutk_conv_quad_s8(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_quad *p);

#endif
