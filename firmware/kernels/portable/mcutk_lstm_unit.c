#include "mcutk_lstm_unit.h"

#include "mcutk_requant.h"

static int32_t mcutk_lstm_to_int16(int32_t x, int32_t multiplier, int32_t shift) {
    return mcutk_saturate_16(mcutk_requantize(x, multiplier, shift));
}

/* A gate before its activation, Q3.12. */
static int32_t mcutk_lstm_gate_sum(const mcutk_lstm_gate *g, int32_t data, int32_t state) {
    const int32_t from_data = mcutk_lstm_to_int16(data, g->multiplier, g->shift);
    const int32_t from_state = mcutk_lstm_to_int16(state, g->hidden_multiplier, g->hidden_shift);
    return mcutk_saturate_16(from_data + from_state);
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

int8_t mcutk_lstm_unit(const int32_t data[4], const int32_t state[4], int16_t *cell, const mcutk_lstm *p) {
    const int32_t input = mcutk_lstm_sigmoid(mcutk_lstm_gate_sum(&p->input_gate, data[0], state[0]), p->sigmoid);
    const int32_t forget = mcutk_lstm_sigmoid(mcutk_lstm_gate_sum(&p->forget_gate, data[1], state[1]), p->sigmoid);
    const int32_t candidate = mcutk_lstm_tanh(mcutk_lstm_gate_sum(&p->cell_gate, data[2], state[2]), 0, p->sigmoid);
    const int32_t output = mcutk_lstm_sigmoid(mcutk_lstm_gate_sum(&p->output_gate, data[3], state[3]), p->sigmoid);
    const int32_t remembered = mcutk_lstm_to_int16(forget * *cell, p->forget_multiplier, p->forget_shift);
    const int32_t added = mcutk_lstm_to_int16(input * candidate, p->input_multiplier, p->input_shift);
    int32_t value = mcutk_saturate_16(remembered + added);
    if (p->cell_clip > 0) {
        value = mcutk_clamp(value, -p->cell_clip, p->cell_clip);
    }
    *cell = (int16_t)value;
    const int32_t squashed = mcutk_lstm_tanh(value, p->tanh_shift, p->sigmoid);
    const int32_t scaled = mcutk_requantize(squashed * output, p->output_multiplier, p->output_shift);
    return (int8_t)mcutk_saturate_8(mcutk_saturate_16(scaled) + p->hidden_zero_point);
}
