#include "mcutk_arg_max.h"

/* The largest of the elements times `sign`, which is 1 or -1. */
static void mcutk_arg_extremum(const int8_t *in, int32_t *out, int32_t outer, int32_t size, int32_t inner,
                               int32_t sign) {
    for (; outer > 0; --outer) {
        for (int32_t i = 0; i < inner; ++i) {
            const int8_t *tap = in + i;
            int32_t best = 0;
            int32_t largest = sign * *tap;
            for (int32_t place = 1; place < size; ++place) {
                tap += inner;
                if (sign * *tap > largest) {
                    largest = sign * *tap;
                    best = place;
                }
            }
            *out++ = best;
        }
        in += size * inner;
    }
}

void mcutk_arg_max_s8(const int8_t *in, int32_t *out, int32_t outer, int32_t size, int32_t inner) {
    mcutk_arg_extremum(in, out, outer, size, inner, 1);
}

void mcutk_arg_min_s8(const int8_t *in, int32_t *out, int32_t outer, int32_t size, int32_t inner) {
    mcutk_arg_extremum(in, out, outer, size, inner, -1);
}
