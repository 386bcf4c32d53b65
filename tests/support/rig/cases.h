/* One case of a kernel test: a call, its input, and the output that it must give. */
#ifndef CASES_H
#define CASES_H

#include <stdint.h>

typedef struct {
    void (*run)(const int8_t *in, int8_t *out, void *scratch);
    const int8_t *in;
    const int8_t *expected;
    int32_t in_bytes, out_bytes, scratch_bytes;
    int32_t overlap; /* 1: the output lies over the input, out = in - slack */
    int32_t slack;
} rig_case;

extern const rig_case rig_cases[];
extern const int32_t rig_case_count;

#endif
