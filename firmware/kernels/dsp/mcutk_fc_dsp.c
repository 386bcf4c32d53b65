#include "mcutk_fc_dsp.h"

#include "mcutk_fc_rows_dsp.h"

/* Channels of a group. */
#define GROUP 8

static inline void fc(const int8_t *in, int8_t *out, int8_t *scratch, const mcutk_conv *p, mcutk_fc_row_fn *multiply) {
    const uint32_t *const table = (const void *)p->channels;
    const int32_t in_c = p->in_c, depth = (in_c + 3) & ~3;
    const int32_t whole = p->out_c / GROUP, rest = p->out_c % GROUP;
    for (int32_t batch = p->out_h * p->out_w; batch > 0; --batch, in += in_c, out += p->out_c) {
        const int8_t *row = in;
        if (depth != in_c) {
            for (int32_t i = 0; i < in_c; ++i) {
                scratch[i] = in[i];
            }
            row = scratch;
        }
        mcutk_fc_row r = {p->weights, row, row + depth, out, table + 1, (int32_t)table[0], 2 * p->out_zero_point + 1, whole};
        if (whole != 0) {
            multiply(&r);
        }
        if (rest != 0) {
            int8_t last[GROUP];
            r.weights += whole * GROUP * (1 + depth / 4);
            r.table += whole * GROUP * (r.step / 4);
            r.out = last;
            r.groups = 1;
            multiply(&r);
            for (int32_t c = 0; c < rest; ++c) {
                out[whole * GROUP + c] = last[c];
            }
        }
    }
}

void mcutk_fc_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    fc(in, out, scratch, p, mcutk_fc_row_relu_dsp);
}

void mcutk_fc_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {
    fc(in, out, scratch, p, mcutk_fc_row_linear_dsp);
}
