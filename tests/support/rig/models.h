#ifndef MODELS_H
#define MODELS_H

#include <stdint.h>

/* Runs a model over its samples; returns how many outputs were wrong. */
typedef int32_t rig_model(unsigned char *arena);

extern rig_model *const rig_models[];
extern const int32_t rig_model_count;

#endif
