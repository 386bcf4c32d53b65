#include "mcutk_lstm.h"

/* Sums of the four gates: their dot products with `count` values, from `bias`. */
static void mcutk_lstm_dots(int32_t sums[4], const int8_t *x, const int8_t *weights, int32_t count, const int32_t *bias) {
    for (int32_t gate = 0; gate < 4; ++gate) {
        uint32_t sum = (uint32_t)bias[gate];
        for (int32_t i = 0; i < count; ++i) {
            sum += (uint32_t)(x[i] * weights[i]);
        }
        sums[gate] = (int32_t)sum;
        weights += count;
    }
}

void mcutk_lstm_s8(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p) {
    const int8_t *before = hidden; /* the row of outputs of the step before */
    for (int32_t step = 0; step < p->steps; ++step) {
        for (int32_t unit = 0; unit < p->units; ++unit) {
            int32_t data[4], state[4];
            mcutk_lstm_dots(data, in, p->weights + 4 * unit * p->inputs, p->inputs, p->bias + 4 * unit);
            mcutk_lstm_dots(state, before, p->hidden_weights + 4 * unit * p->units, p->units, p->hidden_bias + 4 * unit);
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
