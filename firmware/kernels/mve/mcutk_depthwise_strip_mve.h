/* The strip of the Helium depthwise kernels: kernel_h rows of the padded image, transposed to [channel][column][kernel_h]. */
#ifndef MCUTK_DEPTHWISE_STRIP_MVE_H
#define MCUTK_DEPTHWISE_STRIP_MVE_H

#include "mcutk_types.h"

/* Bytes of an order: a place for each input of the largest window. */
#define MCUTK_DEPTHWISE_ORDER_BYTES 32

/* Fills a strip with padding. bytes > 0. */
void mcutk_depthwise_strip_fill(int8_t *strip, int32_t bytes, int8_t value);

/* Row `in_y` of the image, or padding below it, replaces the oldest row of the strip. The strip starts as padding, so that rows
 * above the image need nothing. */
void mcutk_depthwise_strip_enter(int8_t *strip, int32_t columns, const int8_t *in, const mcutk_depthwise_shape *s,
                                 int32_t in_y);

/* Which weight of a channel each byte of a window is multiplied by, if the first row of the window is row `first` of the
 * strip. */
void mcutk_depthwise_strip_order(uint8_t order[MCUTK_DEPTHWISE_ORDER_BYTES], const mcutk_depthwise_shape *s, int32_t first);

#endif
