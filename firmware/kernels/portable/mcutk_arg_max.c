#include "mcutk_arg_max.h"

void mcutk_arg_max_s8(const int8_t *in, int32_t *out, int32_t outer, int32_t size, int32_t inner) {
    for (; outer > 0; --outer) {
        for (int32_t i = 0; i < inner; ++i) {
            const int8_t *tap = in + i;
            int32_t best = 0;
            int32_t largest = *tap;
            for (int32_t place = 1; place < size; ++place) {
                tap += inner;
                if (*tap > largest) {
                    largest = *tap;
                    best = place;
                }
            }
            *out++ = best;
        }
        in += size * inner;
    }
}
