/* A case: one kernel, its inputs, and what must come out. */
#ifndef MVE_RIG_H
#define MVE_RIG_H

#include <stdint.h>

typedef struct {
    void (*kernel)(const int8_t *in, int8_t *out, void *scratch, const void *params);
    const void *params;
    const int8_t *in;
    const int8_t *expected;
    int32_t in_bytes, out_bytes, scratch_bytes;
    int32_t overlap; /* run with the output over the input: out = in - slack */
    int32_t slack;
} rig_case;

extern const rig_case rig_cases[];
extern const int32_t rig_case_count;

#endif
