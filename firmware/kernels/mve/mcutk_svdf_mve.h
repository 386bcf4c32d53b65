/* SVDF with Helium. */
#ifndef MCUTK_SVDF_MVE_H
#define MCUTK_SVDF_MVE_H

#include "mcutk_svdf_layer.h"

mcutk_svdf_8_fn mcutk_svdf_s8_mve;
mcutk_svdf_16_fn mcutk_svdf_s16_mve;

#endif
