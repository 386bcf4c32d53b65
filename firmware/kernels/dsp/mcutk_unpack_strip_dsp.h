/* Weights of the 3x3 depthwise kernels (mcutk_depthwise_strip_dsp.h) from nine codes per channel: those kernels read twelve
 * bytes per channel, three of them twice.
 *
 * mcutk_unpack.h describes codes and the grid form. Eight taps of a channel are two coded words:
 *   (0,0) (0,1) (1,0) (1,1)   (0,2) (2,1) (1,2) (2,0)      (row, column), low byte first
 * and (2,2) of four channels is one coded word of a stream of its own.
 */
#ifndef MCUTK_UNPACK_STRIP_DSP_H
#define MCUTK_UNPACK_STRIP_DSP_H

#include <stdint.h>

typedef struct {
    const uint32_t *codes;  /* of eight taps of all channels */
    const uint32_t *last;   /* of the ninth */
    const uint32_t *biases; /* [channels], doubled */
    int32_t channels;
    uint8_t bits;           /* of a code: 2 or 4 */
    uint32_t step, add;     /* weight = step * code + add, in every byte as mcutk_unpack.h says */
} mcutk_packed_strip_dsp;

/* to: 4-byte aligned, four words per channel. */
void mcutk_unpack_strip_dsp(void *to, const mcutk_packed_strip_dsp *p);

#endif
