/* UNIDIRECTIONAL_SEQUENCE_LSTM: int8 activations and weights, int16 cell state. */
#ifndef MCUTK_LSTM_H
#define MCUTK_LSTM_H

#include <stdint.h>

/* One of the four gates. Both products are rescaled to Q3.12 separately and clamped to int16. */
typedef struct {
    const int8_t *weights;        /* [units][inputs] */
    const int8_t *hidden_weights; /* [units][units] */
    const int32_t *bias;          /* [units], - input zero point * sum(weights) included */
    const int32_t *hidden_bias;   /* [units]: - hidden zero point * sum(hidden weights) */
    int32_t multiplier, shift;
    int32_t hidden_multiplier, hidden_shift;
} mcutk_lstm_gate;

typedef struct {
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

/* in [steps][inputs], out [steps][units]; hidden [units] and cell [units] are kept between calls. No two overlap. */
void mcutk_lstm_s8(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p);

#endif
