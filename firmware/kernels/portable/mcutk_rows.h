/* Walks two inputs that broadcast to a dense output: row by row of the innermost of five loops. */
#ifndef MCUTK_ROWS_H
#define MCUTK_ROWS_H

#include "mcutk_elementwise.h"

/* A row: the numbers of its first elements in the inputs, and the position of the outer loops. */
typedef struct {
    int32_t a, b;
    int32_t index[4];
} mcutk_row;

/* Goes to the next row; 0 after the last. Start with all members 0. */
static inline int mcutk_next_row(mcutk_row *row, const mcutk_broadcast *shape) {
    for (int32_t loop = 3; loop >= 0; --loop) {
        row->a += shape->stride_a[loop];
        row->b += shape->stride_b[loop];
        if (++row->index[loop] < shape->extent[loop]) {
            return 1;
        }
        row->a -= shape->extent[loop] * shape->stride_a[loop];
        row->b -= shape->extent[loop] * shape->stride_b[loop];
        row->index[loop] = 0;
    }
    return 0;
}

#endif
