#include "mcutk_lstm.h"

#include "mcutk_requant.h"

static int32_t mcutk_lstm_dot(const int8_t *a, const int8_t *b, int32_t count, int32_t start) {
    uint32_t sum = (uint32_t)start;
    for (int32_t i = 0; i < count; ++i) {
        sum += (uint32_t)(a[i] * b[i]);
    }
    return (int32_t)sum;
}

static int32_t mcutk_lstm_to_int16(int32_t x, int32_t multiplier, int32_t shift) {
    return mcutk_clamp(mcutk_requantize(x, multiplier, shift), INT16_MIN, INT16_MAX);
}

/* A gate before its activation, Q3.12. */
static int32_t mcutk_lstm_gate_sum(const mcutk_lstm_gate *g, const int8_t *in, const int8_t *hidden, int32_t unit,
                                   const mcutk_lstm *p) {
    const int32_t data = mcutk_lstm_dot(in, g->weights + unit * p->inputs, p->inputs, g->bias[unit]);
    const int32_t state = mcutk_lstm_dot(hidden, g->hidden_weights + unit * p->units, p->units, g->hidden_bias[unit]);
    const int32_t from_data = mcutk_lstm_to_int16(data, g->multiplier, g->shift);
    const int32_t from_state = mcutk_lstm_to_int16(state, g->hidden_multiplier, g->hidden_shift);
    return mcutk_clamp(from_data + from_state, INT16_MIN, INT16_MAX);
}

/* Sigmoid of Q3.12 as Q0.15: the table with linear interpolation. */
static int32_t mcutk_lstm_sigmoid(int32_t x, const uint16_t *table) {
    const int32_t wide = 3 * x;
    const int32_t size = wide < 0 ? -wide : wide;
    const int32_t place = size >> 9;
    int32_t result = INT16_MAX * (1 << 10);
    if (place < 255) {
        result = table[place] * (1 << 9) + (size & 0x1FF) * (table[place + 1] - table[place]);
    }
    return (wide >= 0 ? result + (1 << 9) : (1 << 25) - result + (1 << 9) - 1) >> 10;
}

/* Tanh of an int16 of scale 2^(shift - 12) as Q0.15, by the table of sigmoids. */
static int32_t mcutk_lstm_tanh(int32_t x, int32_t shift, const uint16_t *table) {
    const int32_t wide = shift >= 0 ? 3 * x * (1 << shift) : (3 * x + (1 << (-shift - 1))) >> -shift;
    const int32_t size = wide < 0 ? -wide : wide;
    const int32_t place = size >> 8;
    const int32_t half = 1 << 23;
    const int32_t rounding = 1 << 7;
    int32_t result = UINT16_MAX * (1 << 8);
    if (place < 255) {
        result = table[place] * (1 << 8) + (size & 0xFF) * (table[place + 1] - table[place]);
    }
    return (wide >= 0 ? result - half + rounding : half - result + rounding - 1) >> 8;
}

/* One unit of one step: its cell and its output. */
static int8_t mcutk_lstm_one_unit(const int8_t *in, const int8_t *hidden, int16_t *cell, int32_t unit, const mcutk_lstm *p) {
    const int32_t input = mcutk_lstm_sigmoid(mcutk_lstm_gate_sum(&p->input_gate, in, hidden, unit, p), p->sigmoid);
    const int32_t forget = mcutk_lstm_sigmoid(mcutk_lstm_gate_sum(&p->forget_gate, in, hidden, unit, p), p->sigmoid);
    const int32_t candidate = mcutk_lstm_tanh(mcutk_lstm_gate_sum(&p->cell_gate, in, hidden, unit, p), 0, p->sigmoid);
    const int32_t output = mcutk_lstm_sigmoid(mcutk_lstm_gate_sum(&p->output_gate, in, hidden, unit, p), p->sigmoid);
    const int32_t remembered = mcutk_lstm_to_int16(forget * *cell, p->forget_multiplier, p->forget_shift);
    const int32_t added = mcutk_lstm_to_int16(input * candidate, p->input_multiplier, p->input_shift);
    int32_t value = mcutk_clamp(remembered + added, INT16_MIN, INT16_MAX);
    if (p->cell_clip > 0) {
        value = mcutk_clamp(value, -p->cell_clip, p->cell_clip);
    }
    *cell = (int16_t)value;
    const int32_t squashed = mcutk_lstm_tanh(value, p->tanh_shift, p->sigmoid);
    return (int8_t)mcutk_finish(squashed * output, p->output_multiplier, p->output_shift, p->hidden_zero_point, INT8_MIN,
                                INT8_MAX);
}

void mcutk_lstm_s8(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p) {
    const int8_t *before = hidden; /* the row of outputs of the step before */
    for (int32_t step = 0; step < p->steps; ++step) {
        for (int32_t unit = 0; unit < p->units; ++unit) {
            out[unit] = mcutk_lstm_one_unit(in, before, cell + unit, unit, p);
        }
        before = out;
        out += p->units;
        in += p->inputs;
    }
    for (int32_t unit = 0; unit < p->units; ++unit) {
        hidden[unit] = before[unit];
    }
}
