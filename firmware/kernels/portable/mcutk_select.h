/* SELECT_V2: elements of x where the condition is not 0, else of y. Elements of any type, as bytes. */
#ifndef MCUTK_SELECT_H
#define MCUTK_SELECT_H

#include <stdint.h>

/* Five loops over the output, the last innermost. A stride is in elements, 0 where the input is broadcast. */
typedef struct {
    int32_t extent[5];
    int32_t stride_condition[5];
    int32_t stride_x[5];
    int32_t stride_y[5];
    int32_t size; /* bytes per element */
} mcutk_select;

/* The output is written upward and overlaps no input. */
void mcutk_select_bytes(const uint8_t *condition, const uint8_t *x, const uint8_t *y, uint8_t *out,
                        const mcutk_select *p);

#endif
