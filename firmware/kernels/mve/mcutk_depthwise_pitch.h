/* How the Helium depthwise kernels walk over an image. */
#ifndef MCUTK_DEPTHWISE_PITCH_H
#define MCUTK_DEPTHWISE_PITCH_H

#include <stdint.h>

/* Bytes from a row or column to the next. An image is processed with its rows and columns exchanged where it is taller than
 * wide, because the work per row is shared by the pixels of the row. */
typedef struct {
    int32_t in_row, in_column;
    int32_t out_row, out_column;
} mcutk_depthwise_pitch;

#endif
