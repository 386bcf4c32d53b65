/* The pairs of tiles of a Winograd convolution F(2x2, 3x3): where each reads its columns and writes its outputs.
 *
 * A tile is 2x2 outputs, which depend on 4x4 inputs. Two tiles side by side are computed together: 2 rows of 4 outputs from
 * 4 rows of 6 columns. The last two columns of a pair are the first two of the next pair in the row. Pairs are walked in
 * raster order. Kernel 3x3, stride 1, any padding and size.
 */
#ifndef MCUTK_WINOGRAD_WALK_H
#define MCUTK_WINOGRAD_WALK_H

#include <stddef.h>

#include "mcutk_types.h"

/* Columns of a pair, and rows. */
#define MCUTK_WINOGRAD_WIDE 6
#define MCUTK_WINOGRAD_TALL 4

/* The four input rows of a pair. The layout is known to assembly. */
typedef struct {
    const int8_t *row[MCUTK_WINOGRAD_TALL]; /* the next column; rows outside the image: a pixel of in_zero_point */
    int32_t step[MCUTK_WINOGRAD_TALL];      /* bytes to the column after it: in_c, or 0 outside the image */
} mcutk_winograd_rows;

typedef struct {
    /* Set by the kernel before the first call. */
    const mcutk_conv_shape *shape;
    const int8_t *in;
    int8_t *out;        /* the first channel that the kernel computes, of the first pixel; also out0 and out1 */
    int32_t channels;   /* channels that the kernel computes from there on */
    const int8_t *zero; /* [in_c] of in_zero_point */
    int8_t *part;       /* [2][4][channels rounded up to a multiple of 4]: outputs of pairs that are not whole */
    int32_t y, x;       /* of the pair's first output; before the first call: -2, out_w */
    /* The current pair. Its columns from `first` on are new: `before` of them lie left of the image, the next `inside` in it,
     * and the last `after` right of it. */
    mcutk_winograd_rows rows;
    int32_t first, before, inside, after;
    int8_t *out0, *out1; /* the two rows of outputs, the same address where there is one row: write the second row first */
    int32_t step;        /* bytes from output pixel to output pixel */
    int32_t whole;       /* the pair's outputs all exist and are written to their places, not to `part` */
} mcutk_winograd_walk;

/* Goes to the next pair. Returns 0 after the last one. */
int32_t mcutk_winograd_next(mcutk_winograd_walk *w);

/* Once the outputs of a pair are written: copies those that exist where they were written to `part`. */
void mcutk_winograd_store(const mcutk_winograd_walk *w);

#endif
