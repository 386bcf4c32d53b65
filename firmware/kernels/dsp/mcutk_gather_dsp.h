/* Collects the windows of a convolution for the column buffer of mcutk_gemm_dsp.h. */
#ifndef MCUTK_GATHER_DSP_H
#define MCUTK_GATHER_DSP_H

#include "mcutk_types.h"

/* The window whose first row and column are y and x, either of which may lie outside the image, in the order
 * [kernel_h][kernel_w][in_c]; inputs outside the image are in_zero_point. Nothing outside the image is read. */
void mcutk_gather_dsp_window(int8_t *to, const int8_t *in, const mcutk_conv_shape *shape, int32_t y, int32_t x);

/* Four times `fours` inputs of two pixels, a and b, into the column buffer; fours may be 0. Returns the place of the
 * next inputs. a and b may be unaligned; nothing after the inputs is read. */
uint32_t *mcutk_widen_dsp(uint32_t *to, const int8_t *a, const int8_t *b, int32_t fours);

/* The same of `rows` rows of each pixel, at least 1; fours is at least 1, `skip` the bytes between the rows. */
uint32_t *mcutk_widen_rows_dsp(uint32_t *to, const int8_t *a, const int8_t *b, int32_t fours, int32_t rows, int32_t skip);

/* Inputs of two pixels into the column buffer, each by its offset from a and from b, in the order of the column buffer:
 * inputs 0 2 1 3 of every four. offsets_end - offsets is a multiple of 4, at least 4. */
void mcutk_pick_dsp(
    uint32_t *to, const uint32_t *offsets, const uint32_t *offsets_end, const int8_t *a, const int8_t *b);

#endif
