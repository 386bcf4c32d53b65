/* CONV_2D four output pixels and two channels at a time, for cores with a one-instruction multiply-accumulate and some
 * thirteen registers (Cortex-M3 and up, RISC-V). Portable C11, no 64-bit multiply in the inner loop.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]; a block of four pixels is written once their windows are in the scratch
 *   scratch  depth * 4 bytes, depth = kernel_h * kernel_w * in_c rounded up to a multiple of 4
 *   p        channels: a row with the mcutk_finish_way, then mcutk_channel [out_c], a last one of zeros where out_c is odd
 *            weights: int8_t [out_c / 2][depth][2], both rounded up with zeros
 * Every |accumulator| must stay below 2^30.
 */
#ifndef MCUTK_CONV_QUAD_H
#define MCUTK_CONV_QUAD_H

#include "mcutk_types.h"

void mcutk_conv_quad(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);

#endif
