#include "mcutk_lstm_dsp.h"

#include "mcutk_dots_dsp.h"

/* Dot products of the four gates with `count` values, from `bias`. */
static void mcutk_lstm_dsp_dots(int32_t sums[4], const int8_t *x, const int8_t *weights, int32_t count, const int32_t *bias) {
    const mcutk_dots_dsp s = mcutk_dots_dsp_add((mcutk_dots_dsp){bias[0], bias[1], bias[2], bias[3]}, x, weights, count);
    sums[0] = s.s0;
    sums[1] = s.s1;
    sums[2] = s.s2;
    sums[3] = s.s3;
}

void mcutk_lstm_dsp(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p) {
    const int32_t row = 16 * ((p->inputs + 3) / 4), hidden_row = 16 * ((p->units + 3) / 4);
    const int8_t *before = hidden; /* the row of outputs of the step before */
    for (int32_t step = 0; step < p->steps; ++step) {
        for (int32_t unit = 0; unit < p->units; ++unit) {
            int32_t data[4], state[4];
            mcutk_lstm_dsp_dots(data, in, p->weights + unit * row, p->inputs, p->bias + 4 * unit);
            mcutk_lstm_dsp_dots(state, before, p->hidden_weights + unit * hidden_row, p->units, p->hidden_bias + 4 * unit);
            out[unit] = mcutk_lstm_unit(data, state, cell + unit, p);
        }
        before = out;
        out += p->units;
        in += p->inputs;
    }
    for (int32_t unit = 0; unit < p->units; ++unit) {
        hidden[unit] = before[unit];
    }
}
