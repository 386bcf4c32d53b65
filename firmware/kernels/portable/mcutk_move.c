#include "mcutk_move.h"

#include "mcutk_copy.h"

void mcutk_copy_bytes(const uint8_t *in, uint8_t *out, int32_t bytes) {
    mcutk_copy_up(out, in, bytes);
}

static void mcutk_move_runs(const uint8_t *in, uint8_t *out, const mcutk_copy *p) {
    for (int32_t l = 0; l < p->extent[3]; ++l) {
        const uint8_t *from = in;
        uint8_t *to = out;
        for (int32_t m = 0; m < p->extent[4]; ++m) {
            if (p->run == 1) {
                *to = *from;
            } else {
                mcutk_copy_up(to, from, p->run);
            }
            from += p->in_stride[4];
            to += p->out_stride[4];
        }
        in += p->in_stride[3];
        out += p->out_stride[3];
    }
}

void mcutk_copy_strided(const uint8_t *in, uint8_t *out, const mcutk_copy *p) {
    for (int32_t i = 0; i < p->extent[0]; ++i) {
        for (int32_t j = 0; j < p->extent[1]; ++j) {
            for (int32_t k = 0; k < p->extent[2]; ++k) {
                mcutk_move_runs(in + i * p->in_stride[0] + j * p->in_stride[1] + k * p->in_stride[2],
                                out + i * p->out_stride[0] + j * p->out_stride[1] + k * p->out_stride[2], p);
            }
        }
    }
}

void mcutk_fill(uint8_t *out, int32_t value, int32_t size, int32_t count) {
    if (size == 1) {
        mcutk_set_bytes(out, value, count);
        return;
    }
    for (int32_t i = 0; i < count; ++i) {
        for (int32_t byte = 0; byte < size; ++byte) {
            *out++ = (uint8_t)((uint32_t)value >> (8 * byte)); /* little-endian, like every supported core */
        }
    }
}

void mcutk_copy_gathered(const uint8_t *in, uint8_t *out, const uint32_t *outer, const int32_t *inner, int32_t rows,
                         int32_t columns, int32_t run) {
    for (int32_t y = 0; y < rows; ++y) {
        const uint8_t *row = in + outer[y];
        for (int32_t x = 0; x < columns; ++x) {
            mcutk_copy_up(out, row + inner[x], run);
            out += run;
        }
    }
}
