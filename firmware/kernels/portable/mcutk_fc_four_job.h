/* Work of the inner loop of mcutk_fc_four.c: the struct for C, its offsets for the assembly (mcutk_fc_four_armv6m.S). */
#ifndef MCUTK_FC_FOUR_JOB_H
#define MCUTK_FC_FOUR_JOB_H

#define MCUTK_FC_FOUR_WEIGHTS 0
#define MCUTK_FC_FOUR_END 4
#define MCUTK_FC_FOUR_CHANNEL 8
#define MCUTK_FC_FOUR_SUMS 12
#define MCUTK_FC_FOUR_GROUPS 16
#define MCUTK_FC_FOUR_SKIP 20
#define MCUTK_FC_FOUR_IN 24
/* Inputs in one turn of the loop. */
#define MCUTK_FC_FOUR_UNROLL 8
/* sizeof(mcutk_channel), whose first member is the bias. */
#define MCUTK_FC_FOUR_CHANNEL_BYTES 12

#ifndef __ASSEMBLER__
#include <stddef.h>

#include "mcutk_types.h"

typedef struct {
    const int8_t *weights; /* [groups][end - in][4], `skip` bytes between groups */
    const int8_t *end;     /* of the inputs: a multiple of MCUTK_FC_FOUR_UNROLL of them, not none */
    const mcutk_channel *channel; /* [4 * groups]; sums start from the biases */
    int32_t *sums;         /* sum i goes to sums[4 * i] */
    int32_t groups;        /* of four outputs, at least one */
    int32_t skip;
    const int8_t *in;
} mcutk_fc_four_job;

#if defined(__ARM_ARCH_6M__)
/* Sums of 4 * groups outputs. Changes the job. */
void mcutk_fc_four_multiply(mcutk_fc_four_job *j);

_Static_assert(offsetof(mcutk_fc_four_job, weights) == MCUTK_FC_FOUR_WEIGHTS, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_four_job, end) == MCUTK_FC_FOUR_END, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_four_job, channel) == MCUTK_FC_FOUR_CHANNEL, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_four_job, sums) == MCUTK_FC_FOUR_SUMS, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_four_job, groups) == MCUTK_FC_FOUR_GROUPS, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_four_job, skip) == MCUTK_FC_FOUR_SKIP, "known to the assembly");
_Static_assert(offsetof(mcutk_fc_four_job, in) == MCUTK_FC_FOUR_IN, "known to the assembly");
_Static_assert(sizeof(mcutk_channel) == MCUTK_FC_FOUR_CHANNEL_BYTES, "known to the assembly");
_Static_assert(offsetof(mcutk_channel, bias) == 0, "known to the assembly");
#endif
#endif

#endif
