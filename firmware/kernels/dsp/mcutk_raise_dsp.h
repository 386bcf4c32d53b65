/* Moves int8 values from the zero point -128 to a higher one, in place; the greatest saturate at 127.
 *
 * The `relu` kernels (mcutk_scales_dsp.h) write outputs of the zero point -128. Rectified outputs of fewer than 8 bits have a
 * high zero point, so that int8 saturation clips them; the kernel and this pass give the same bytes as one requantization.
 */
#ifndef MCUTK_RAISE_DSP_H
#define MCUTK_RAISE_DSP_H

#include <stdint.h>

/* data: 4-byte aligned, count bytes. add: 1 to 254. */
void mcutk_raise_dsp(int8_t *data, int32_t count, int32_t add);

#endif
