/* CONV_2D of any geometry with the DSP extension (Armv7E-M), int8. Two pixels at a time, in raster order; a pair of
 * pixels is written after its windows were read.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const PARAMS *p)
 *   in       [in_h][in_w][in_c]
 *   out      [out_h][out_w][out_c]
 *   scratch  4-byte aligned. run = kernel_w * in_c; depth = kernel_h * run, padded to a multiple of 4:
 *            4 * depth bytes  column buffer of a pair
 *            8 * tail bytes   offsets; tail = kernel_h * (run % 4), padded to a multiple of 4
 *            2 * depth bytes  windows as bytes; not needed where all windows are inside the image and nothing is dilated
 *            padded: before all that the image with its padding, of the size of all windows together, in bytes, padded to a
 *            multiple of 4; neither side is more than 255, nothing is dilated
 *   p        in flash; inputs of a window in the order [kernel_h][whole words of kernel_w * in_c], then [kernel_h][the rest];
 *            wide kernels take the wide packing of weights
 */
#ifndef MCUTK_CONV_DSP_H
#define MCUTK_CONV_DSP_H

#include "mcutk_scales_dsp.h"
#include "mcutk_types.h"

/* relu, linear: conditions in mcutk_scales_dsp.h. */
typedef struct {
    mcutk_conv_shape shape;         /* its clamp is that of relu or linear */
    const uint32_t *weights;        /* packed as mcutk_gemm_dsp.h says */
    const mcutk_scales_dsp *scales; /* [ceil(out_c / 4)] */
} mcutk_conv_gemm_dsp;

/* any */
typedef struct {
    mcutk_conv_shape shape;
    const uint32_t *weights;       /* packed as mcutk_gemm_dsp.h says */
    const mcutk_scale_dsp *scales; /* [out_c] */
} mcutk_conv_gemm_any_dsp;

typedef void mcutk_conv_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_dsp *p);
mcutk_conv_dsp_fn mcutk_conv_dsp_relu;
mcutk_conv_dsp_fn mcutk_conv_dsp_linear;
mcutk_conv_dsp_fn mcutk_conv_padded_dsp_relu;
mcutk_conv_dsp_fn mcutk_conv_padded_dsp_linear;
mcutk_conv_dsp_fn mcutk_conv_wide_dsp_relu;
mcutk_conv_dsp_fn mcutk_conv_wide_dsp_linear;

typedef void mcutk_conv_any_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_gemm_any_dsp *p);
mcutk_conv_any_dsp_fn mcutk_conv_dsp_any;
mcutk_conv_any_dsp_fn mcutk_conv_wide_dsp_any;

#endif
