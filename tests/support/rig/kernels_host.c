/* Runs the cases of cases.c on the host: every buffer is a block of its own of exactly its size, for the sanitizers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

static int run(const rig_case *c) {
    const int32_t room = c->in_bytes + c->out_bytes + abs(c->slack);
    int8_t *const shared = malloc((size_t)room);
    int8_t *const own_out = malloc((size_t)c->out_bytes), *const own_in = malloc((size_t)c->in_bytes);
    void *const scratch = malloc((size_t)c->scratch_bytes);
    int8_t *const in = c->overlap ? shared + (c->slack > 0 ? c->slack : 0) : own_in;
    int8_t *const out = c->overlap ? in - c->slack : own_out;
    memcpy(in, c->in, (size_t)c->in_bytes);
    c->run(in, out, scratch);
    int wrong = 0;
    for (int32_t i = 0; i < c->out_bytes; i++) {
        wrong += out[i] != c->expected[i];
    }
    free(shared);
    free(own_in);
    free(own_out);
    free(scratch);
    return wrong;
}

int main(void) {
    for (int32_t i = 0; i < rig_case_count; i++) {
        printf("%d\n", run(&rig_cases[i]));
    }
    return 0;
}
