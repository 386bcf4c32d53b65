/* UNIDIRECTIONAL_SEQUENCE_LSTM: parameters of all variants, and what follows the dot products of a unit. int8 activations and
 * weights, int16 cell state. */
#ifndef MCUTK_LSTM_UNIT_H
#define MCUTK_LSTM_UNIT_H

#include <stdint.h>

/* Rescaling of a gate. Both of its sums are rescaled to Q3.12 separately and clamped to int16. */
typedef struct {
    int32_t multiplier, shift;
    int32_t hidden_multiplier, hidden_shift;
} mcutk_lstm_gate;

/* The order of the four gates is everywhere input, forget, cell, output. */
typedef struct {
    const int8_t *weights;        /* of the input; the order depends on the variant */
    const int8_t *hidden_weights; /* of the hidden state */
    const int32_t *bias;          /* [units][4 gates], - input zero point * sum(weights) included */
    const int32_t *hidden_bias;   /* [units][4 gates]: - hidden zero point * sum(hidden weights) */
    mcutk_lstm_gate input_gate, forget_gate, cell_gate, output_gate;
    const uint16_t *sigmoid; /* [256]: sigmoid(i / 24) in 0.16 fixed point */
    int32_t steps, inputs, units;
    int32_t forget_multiplier, forget_shift; /* forget gate * cell, to the cell's scale */
    int32_t input_multiplier, input_shift;   /* input gate * cell gate, to the cell's scale */
    int32_t output_multiplier, output_shift; /* output gate * tanh(cell), to the hidden state's scale */
    int32_t hidden_zero_point;
    int32_t tanh_shift; /* the cell's scale is 2^(tanh_shift - 12) */
    int32_t cell_clip;  /* largest |cell|, 0 for none */
} mcutk_lstm;

/* One unit of one step from the sums of its gates, biases included: updates its cell, returns its output. */
int8_t mcutk_lstm_unit(const int32_t data[4], const int32_t state[4], int16_t *cell, const mcutk_lstm *p);

#endif
