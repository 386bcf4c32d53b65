/* SOFTMAX, int16 to int16, by tables with linear interpolation. No float. */
#ifndef MCUTK_SOFTMAX_S16_H
#define MCUTK_SOFTMAX_S16_H

#include <stdint.h>

/* Differences from the row's maximum are scaled by multiplier / 2^31 * 2^shift to 65535ths of 10 (beta included). */
typedef struct {
    int32_t rows, depth; /* each row of depth values is a distribution */
    int32_t multiplier, shift;
    const int16_t *exponentials; /* [513]: exp over [-10, 0] in Q0.15 */
    const int16_t *reciprocals;  /* [513]: 1 / (1 + x) over [0, 1] in Q0.15 */
} mcutk_softmax_wide;

/* in, out [rows][depth]; the output has scale 1/32768 and zero point 0. in and out may be the same. */
void mcutk_softmax_s16(const int16_t *in, int16_t *out, const mcutk_softmax_wide *p);

#endif
