#include "mcutk_select.h"

static int32_t mcutk_select_place(const int32_t *index, const int32_t *stride) {
    int32_t place = 0;
    for (int32_t loop = 0; loop < 5; ++loop) {
        place += index[loop] * stride[loop];
    }
    return place;
}

/* Goes to the next element; 0 after the last. */
static int mcutk_select_next(int32_t *index, const int32_t *extent) {
    for (int32_t loop = 4; loop >= 0; --loop) {
        if (++index[loop] < extent[loop]) {
            return 1;
        }
        index[loop] = 0;
    }
    return 0;
}

void mcutk_select_bytes(const uint8_t *condition, const uint8_t *x, const uint8_t *y, uint8_t *out,
                        const mcutk_select *p) {
    int32_t index[5] = {0, 0, 0, 0, 0};
    do {
        const int chosen = condition[mcutk_select_place(index, p->stride_condition)] != 0;
        const uint8_t *from = chosen ? x + mcutk_select_place(index, p->stride_x) * p->size
                                     : y + mcutk_select_place(index, p->stride_y) * p->size;
        for (int32_t byte = 0; byte < p->size; ++byte) {
            *out++ = from[byte];
        }
    } while (mcutk_select_next(index, p->extent));
}
