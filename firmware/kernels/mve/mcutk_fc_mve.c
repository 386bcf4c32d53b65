#include "mcutk_fc_mve.h"

#include "mcutk_fc_cores_mve.h"

/* The members that are the same in all parameter structs go to the job; then a call of the core for each row. Not inlined, so
 * that the kernels share it. */
__attribute__((noinline)) static void mcutk_fc_mve_rows(const int8_t *in, int8_t *out, const mcutk_fc_shape *s,
                                                        mcutk_fc_mve_job *job, mcutk_fc_mve_core *core) {
    job->tail = s->in_c & 15;
    job->out_c = s->out_c;
    job->blocks = s->in_c >> 4;
    job->out_zero_point = s->out_zero_point;
    job->act_min = s->act_min;
    job->act_max = s->act_max;
    for (int32_t n = s->rows; n > 0; n--) {
        core(in, out, job);
        in += s->in_c;
        out += s->out_c;
    }
}

#define KERNEL(suffix, type)                                                                                           \
    void mcutk_fc_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const type *p) {                          \
        mcutk_fc_mve_job job;                                                                                          \
        job.weights = p->weights;                                                                                      \
        job.channels = p->channels->bias;                                                                              \
        (void)scratch;                                                                                                 \
        mcutk_fc_mve_rows(in, out, &p->shape, &job, mcutk_fc_mve_core_##suffix);                                       \
    }

#define SHARED_KERNEL(suffix)                                                                                          \
    void mcutk_fc_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const mcutk_fc_mve_shared *p) {           \
        mcutk_fc_mve_job job;                                                                                          \
        job.weights = p->weights;                                                                                      \
        job.channels = p->biases;                                                                                      \
        job.multiplier = p->multiplier;                                                                                \
        job.shift = p->shift;                                                                                          \
        (void)scratch;                                                                                                 \
        mcutk_fc_mve_rows(in, out, &p->shape, &job, mcutk_fc_mve_core_##suffix);                                       \
    }

KERNEL(relu, mcutk_fc_mve)
KERNEL(linear, mcutk_fc_mve)
KERNEL(any, mcutk_fc_mve_any_shift)
SHARED_KERNEL(relu_shared)
SHARED_KERNEL(linear_shared)
