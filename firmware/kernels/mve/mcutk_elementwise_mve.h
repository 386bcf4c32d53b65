/* Elementwise operators with Helium, int8, without broadcasting.
 *
 * Outputs are written upward, element i after the inputs of element i are read for the last time: either input may be the
 * output.
 *
 * The loops are inline assembly, because GCC 12 does not make tail-predicated loops from intrinsics. They stay in C, which
 * loads their operands from the parameter struct and broadcasts them to registers of its choice.
 */
#ifndef MCUTK_ELEMENTWISE_MVE_H
#define MCUTK_ELEMENTWISE_MVE_H

#include <stdint.h>

#include "mcutk_elementwise.h"

/* ADD of `count` > 0 elements as mcutk_add_s8 computes it. `a` is the input of the larger scale: a_multiplier is 2^30 and
 * a_shift 0, always so for one of the two. left_shift is 20, b_shift <= 0, out_shift < 0, b_sign 1. */
void mcutk_add_mve(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, int32_t count);

/* The same for many elements: `b` goes through a table in the scratch, 1024 bytes, 4-byte aligned. */
void mcutk_add_table_mve(const int8_t *a, const int8_t *b, int8_t *out, void *scratch, const mcutk_add *p,
                         int32_t count);

#endif
