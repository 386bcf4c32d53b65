/* The strip of the Helium depthwise kernels: kernel_h rows of the padded image, transposed to [channel][column][kernel_h].
 *
 * An input row enters the strip once, over the oldest row, so that all inputs of an output are one run of bytes. Because the
 * rows rotate within a column, the weights of a channel are read in rotated order, one order for each place that the first row
 * of a window can have.
 */
#ifndef MCUTK_DEPTHWISE_STRIP_MVE_H
#define MCUTK_DEPTHWISE_STRIP_MVE_H

#include "mcutk_depthwise_pitch.h"
#include "mcutk_types.h"

/* Bytes of an order: a place for each input of the largest window, or of a block for each of two pixels. */
#define MCUTK_DEPTHWISE_ORDER_BYTES 32

typedef struct {
    const mcutk_depthwise_shape *shape;
    const mcutk_depthwise_pitch *pitch;
    const int8_t *in;
    uint8_t *orders; /* [kernel_h][MCUTK_DEPTHWISE_ORDER_BYTES]; the kernel fills it */
    int8_t *strip;
    int32_t columns; /* of the padded image that are used */
    int32_t plane;   /* bytes of a channel in the strip */
    int32_t entered; /* rows, those above the image included */
} mcutk_depthwise_strip_mve;

/* Divides the scratch into orders and strip, and fills the strip with padding. */
void mcutk_depthwise_strip_start(mcutk_depthwise_strip_mve *t, void *scratch, const int8_t *in, const mcutk_depthwise_shape *s,
                                 const mcutk_depthwise_pitch *pitch);

/* Enters the rows under output row y; y never decreases. Returns the order of its windows. */
const uint8_t *mcutk_depthwise_strip_advance(mcutk_depthwise_strip_mve *t, int32_t y);

/* Which weight of a channel each byte of a window is multiplied by, if the first row of the window is row `first` of the
 * strip: kernel_h * kernel_w bytes. */
void mcutk_depthwise_strip_order(uint8_t *order, const mcutk_depthwise_shape *s, int32_t first);

#endif
