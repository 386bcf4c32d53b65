/* FULLY_CONNECTED with the DSP extension (Armv7E-M), int8: eight channels at a time, inputs unpacked on the way.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p)
 *   in       [out_h * out_w][in_c]: as many rows as the batch has
 *   out      [out_h * out_w][out_c]
 *   scratch  a row padded to a multiple of 4 where in_c is none, else not used
 *   p        weights, a group of eight channels after another, inputs padded with zero weights to a multiple of 4:
 *              int32_t bias[8]     256 * b0 + b1, b1, 256 * b2 + b3, b3 ...
 *              uint32_t [in_c/4][2][4]   for inputs 0 2, then 1 3: channels 0 1, 2 3, 4 5, 6 7 as mcutk_gemm_dsp.h packs
 *                                        two channels in signed half-words, with the same bounds
 *            channels: uint32_t step, then multiplier and right shift - 1 of each channel (padded to a multiple of 8)
 *              with step 8, or of all channels at once with step 0
 *   relu, linear: conditions in mcutk_gemm_dsp.h
 */
#ifndef MCUTK_FC_DSP_H
#define MCUTK_FC_DSP_H

#include "mcutk_types.h"

typedef void mcutk_fc_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p);
mcutk_fc_dsp_fn mcutk_fc_dsp_relu;
mcutk_fc_dsp_fn mcutk_fc_dsp_linear;

#endif
