/* UNIDIRECTIONAL_SEQUENCE_LSTM in portable C. */
#ifndef MCUTK_LSTM_H
#define MCUTK_LSTM_H

#include "mcutk_lstm_unit.h"

/* in [steps][inputs], out [steps][units]; hidden [units] and cell [units] are kept between calls. No two overlap.
 * Weights [units][4 gates][inputs], hidden weights [units][4 gates][units]. */
void mcutk_lstm_s8(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p);

#endif
