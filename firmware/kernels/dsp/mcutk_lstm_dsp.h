/* UNIDIRECTIONAL_SEQUENCE_LSTM with the DSP extension: the four gates of a unit share the loads of inputs. */
#ifndef MCUTK_LSTM_DSP_H
#define MCUTK_LSTM_DSP_H

#include "mcutk_lstm_unit.h"

/* in [steps][inputs], out [steps][units]; hidden [units] and cell [units] are kept between calls. No two overlap.
 * Weights [units][ceil(inputs / 4)][4 gates][4], zeros beyond the inputs; hidden weights the same with units for inputs. */
void mcutk_lstm_dsp(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p);

#endif
