/* ADD and SUB of two int8 tensors of one shape: one input through a table, which saves three multiplications per element.
 *
 * TFLite brings both inputs to twice the larger input scale. For the input with the larger scale ("near") that is exactly
 * (x - zero_point) << 19; the other ("far") takes one of 256 values, which a table in the scratch holds.
 */
#ifndef MCUTK_ADD_H
#define MCUTK_ADD_H

#include <stdint.h>

typedef struct {
    int32_t near_zero_point, far_zero_point, out_zero_point;
    int32_t near_sign, far_sign;       /* 1 or -1 */
    int32_t far_multiplier, far_shift; /* of (x - far_zero_point) << 20; shift <= 0 */
    int32_t multiplier, shift;         /* of the sum; shift < 0 */
    int32_t act_min, act_max;          /* clamp, output zero point included */
} mcutk_add_table;

/* near, far, out [count]; scratch: 1024 bytes. out may be either input, or lie below it. */
void mcutk_add_table_s8(const int8_t *near, const int8_t *far, int8_t *out, void *scratch, const mcutk_add_table *p,
                        int32_t count);

#endif
