#include "mcutk_fc_rows_dsp.h"

static inline void mcutk_fc_rows_dsp_run(
    const int8_t *in, int8_t *out, int8_t *scratch, const mcutk_fc_rows_dsp *p, mcutk_fc_row_fn *multiply, int32_t shared) {
    const int32_t in_c = p->in_c, depth = (in_c + 3) & ~3;
    const int32_t groups = p->out_c / MCUTK_FC_GROUP, rest = p->out_c % MCUTK_FC_GROUP;
    for (int32_t rows = p->rows; rows > 0; --rows, in += in_c, out += p->out_c) {
        const int8_t *row = in;
        if (depth != in_c) {
            for (int32_t i = 0; i < in_c; ++i) {
                scratch[i] = in[i];
            }
            row = scratch;
        }
        mcutk_fc_row r = {p->weights, row, row + depth, out, p->scales, 2 * p->out_zero_point + 1, groups};
        if (groups != 0) {
            multiply(&r);
        }
        if (rest != 0) { /* the channels behind the full groups */
            int8_t last[MCUTK_FC_GROUP];
            r.weights += groups * MCUTK_FC_GROUP * (1 + depth / 4);
            r.scales += shared ? 0 : groups * MCUTK_FC_GROUP;
            r.out = last;
            r.groups = 1;
            multiply(&r);
            for (int32_t c = 0; c < rest; ++c) {
                out[groups * MCUTK_FC_GROUP + c] = last[c];
            }
        }
    }
}

void mcutk_fc_dsp_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_rows_dsp *p) {
    mcutk_fc_rows_dsp_run(in, out, scratch, p, mcutk_fc_row_relu_dsp, 0);
}

void mcutk_fc_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_rows_dsp *p) {
    mcutk_fc_rows_dsp_run(in, out, scratch, p, mcutk_fc_row_linear_dsp, 0);
}

void mcutk_fc_dsp_relu_shared(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_rows_dsp *p) {
    mcutk_fc_rows_dsp_run(in, out, scratch, p, mcutk_fc_row_relu_shared_dsp, 1);
}

void mcutk_fc_dsp_linear_shared(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_rows_dsp *p) {
    mcutk_fc_rows_dsp_run(in, out, scratch, p, mcutk_fc_row_linear_shared_dsp, 1);
}
