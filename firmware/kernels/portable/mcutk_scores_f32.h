/* SOFTMAX, LOG_SOFTMAX and LOGISTIC in float32, for models that end in float32. The order of the additions and every rounding are
 * those of TensorFlow Lite Micro's reference kernels. in and out may be the same. */
#ifndef MCUTK_SCORES_F32_H
#define MCUTK_SCORES_F32_H

#include <stdint.h>

/* in, out [rows][depth]; each row of finite values becomes a distribution. beta > 0 multiplies the differences from the maximum. */
void mcutk_softmax_f32(const float *in, float *out, int32_t rows, int32_t depth, float beta);

/* in, out [rows][depth]; each row of finite values becomes the logarithms of a distribution. */
void mcutk_log_softmax_f32(const float *in, float *out, int32_t rows, int32_t depth);

/* in, out [count]; 1 / (1 + e^-x), as the reference approximates it: 1 above 16.619, e^x below -9. */
void mcutk_logistic_f32(const float *in, float *out, int32_t count);

#endif
