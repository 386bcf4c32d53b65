/* The rows of a walk over two int8 tensors with broadcasting. */
#ifndef MCUTK_ELEMENTWISE_WALK_H
#define MCUTK_ELEMENTWISE_WALK_H

#include "mcutk_elementwise.h"

/* A row of the innermost loop. */
typedef struct {
    const int8_t *a, *b; /* its first elements */
    int32_t index[4];    /* of the outer loops */
} mcutk_elementwise_row;

static inline mcutk_elementwise_row mcutk_elementwise_first(const int8_t *a, const int8_t *b) {
    const mcutk_elementwise_row row = {a, b, {0, 0, 0, 0}};
    return row;
}

/* Goes to the next row; 0 after the last. */
static inline int mcutk_elementwise_next(mcutk_elementwise_row *row, const mcutk_broadcast *shape) {
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
