/* The windows of consecutive output pixels, gathered as columns: what the blocked convolutions share. */
#ifndef MCUTK_COLUMNS_H
#define MCUTK_COLUMNS_H

#include "mcutk_types.h"

/* Writes the window of output pixel `pixel` (raster index) to column[0], column[4], column[8] …, in the order
 * [kernel_h][kernel_w][in_c], padding included. Four pixels interleave into one array of kernel_h * kernel_w * in_c * 4. */
void mcutk_gather_column(const int8_t *in, int8_t *column, const mcutk_conv *p, int32_t y, int32_t x);

/* Channels whose sums are brought to the output together. */
#define MCUTK_BLOCK_CHANNELS 8

/* From sums to outputs, four pixels wide: sums[channel][pixel] with the bias included, |sum| < 2^30, of `channels` channels
 * from row `first` of the channel table (mcutk_channel) on and `count` of the four pixels; to out[pixel * out_c + channel]. */
void mcutk_finish_block(const int32_t *sums, int8_t *out, const mcutk_conv *p, int32_t first, int32_t channels,
                        int32_t count);

#endif
