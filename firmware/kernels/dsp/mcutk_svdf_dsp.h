/* SVDF with the DSP extension. */
#ifndef MCUTK_SVDF_DSP_H
#define MCUTK_SVDF_DSP_H

#include "mcutk_svdf_layer.h"

mcutk_svdf_8_fn mcutk_svdf_s8_dsp;
mcutk_svdf_16_fn mcutk_svdf_s16_dsp;

#endif
