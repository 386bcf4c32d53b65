/* UNIDIRECTIONAL_SEQUENCE_LSTM with Helium: the four gates of a unit share the loads of inputs. */
#ifndef MCUTK_LSTM_MVE_H
#define MCUTK_LSTM_MVE_H

#include "mcutk_lstm_unit.h"

/* As mcutk_lstm_s8 (mcutk_lstm.h), weights in the same order. */
void mcutk_lstm_mve(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p);

#endif
