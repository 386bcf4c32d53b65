/* SVDF in portable C. */
#ifndef MCUTK_SVDF_H
#define MCUTK_SVDF_H

#include "mcutk_svdf_layer.h"

mcutk_svdf_8_fn mcutk_svdf_s8;
mcutk_svdf_16_fn mcutk_svdf_s16;

#endif
