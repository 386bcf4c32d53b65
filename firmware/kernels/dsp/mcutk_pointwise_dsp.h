/* CONV_2D of a 1x1 kernel with stride 1 and no padding, with the DSP extension (Armv7E-M), int8. Two pixels at a time,
 * in raster order; a pair of pixels is written after its inputs were read.
 *
 * void kernel(const int8_t *in, int8_t *out, void *scratch, const PARAMS *p)
 *   in       [pixels][in_c]
 *   out      [pixels][out_c]
 *   scratch  column buffer of a pair: 4 bytes for each input (in_c padded to a multiple of 4); 4-byte aligned
 *   p        in flash; wide kernels take the wide packing of weights
 */
#ifndef MCUTK_POINTWISE_DSP_H
#define MCUTK_POINTWISE_DSP_H

#include "mcutk_scales_dsp.h"

/* relu, linear: conditions in mcutk_scales_dsp.h. */
typedef struct {
    const uint32_t *weights;        /* packed as mcutk_gemm_dsp.h says */
    const mcutk_scales_dsp *scales; /* [ceil(out_c / 4)] */
    int32_t pixels;                 /* height times width of the image, at least 1 */
    uint16_t in_c, out_c;
    int8_t out_zero_point;
} mcutk_pointwise_gemm_dsp;

/* any */
typedef struct {
    const uint32_t *weights;       /* packed as mcutk_gemm_dsp.h says */
    const mcutk_scale_dsp *scales; /* [out_c] */
    int32_t pixels;                /* height times width of the image, at least 1 */
    uint16_t in_c, out_c;
    int8_t out_zero_point;
    int8_t act_min, act_max; /* clamp, output zero point included */
} mcutk_pointwise_gemm_any_dsp;

typedef void mcutk_pointwise_dsp_fn(const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_dsp *p);
mcutk_pointwise_dsp_fn mcutk_pointwise_dsp_relu;
mcutk_pointwise_dsp_fn mcutk_pointwise_dsp_linear;
mcutk_pointwise_dsp_fn mcutk_pointwise_wide_dsp_relu;
mcutk_pointwise_dsp_fn mcutk_pointwise_wide_dsp_linear;

typedef void mcutk_pointwise_any_dsp_fn(
    const int8_t *in, int8_t *out, void *scratch, const mcutk_pointwise_gemm_any_dsp *p);
mcutk_pointwise_any_dsp_fn mcutk_pointwise_dsp_any;
mcutk_pointwise_any_dsp_fn mcutk_pointwise_wide_dsp_any;

#endif
