#include "mcutk_lstm_mve.h"

#include "mcutk_runs_mve.h"

/* Sums of the four gates: their dot products with `count` > 0 values, from `bias`. Inline assembly: GCC 12 makes no tail-predicated
 * loop from intrinsics, and VMLADAVA accumulates into even registers only. */
static void mcutk_lstm_mve_dots(int32_t sums[4], const int8_t *x, const int8_t *weights, int32_t count, const int32_t *bias) {
    const int8_t *w0 = weights, *w1 = weights + count, *w2 = weights + 2 * count, *w3 = weights + 3 * count;
    int32_t s0 = bias[0], s1 = bias[1], s2 = bias[2], s3 = bias[3];
    __asm__ volatile("dlstp.8 lr, %[count]\n"
                     "1: vldrb.8 q0, [%[x]], #16\n"
                     "vldrb.8 q1, [%[w0]], #16\n"
                     "vmladava.s8 %[s0], q0, q1\n"
                     "vldrb.8 q2, [%[w1]], #16\n"
                     "vmladava.s8 %[s1], q0, q2\n"
                     "vldrb.8 q1, [%[w2]], #16\n"
                     "vmladava.s8 %[s2], q0, q1\n"
                     "vldrb.8 q2, [%[w3]], #16\n"
                     "vmladava.s8 %[s3], q0, q2\n"
                     "letp lr, 1b\n"
                     : [x] "+&r"(x), [w0] "+&r"(w0), [w1] "+&r"(w1), [w2] "+&r"(w2), [w3] "+&r"(w3), [s0] "+&Te"(s0),
                       [s1] "+&Te"(s1), [s2] "+&Te"(s2), [s3] "+&Te"(s3)
                     : [count] "r"(count)
                     : "q0", "q1", "q2", "lr", "memory", "p0");
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

void mcutk_lstm_mve(const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, const mcutk_lstm *p) {
    const int8_t *before = hidden; /* the row of outputs of the step before */
    for (int32_t step = 0; step < p->steps; ++step) {
        for (int32_t unit = 0; unit < p->units; ++unit) {
            int32_t data[4], state[4];
            mcutk_lstm_mve_dots(data, in, p->weights + 4 * unit * p->inputs, p->inputs, p->bias + 4 * unit);
            mcutk_lstm_mve_dots(state, before, p->hidden_weights + 4 * unit * p->units, p->units, p->hidden_bias + 4 * unit);
            out[unit] = mcutk_lstm_unit(data, state, cell + unit, p);
        }
        before = out;
        out += p->units;
        in += p->inputs;
    }
    mcutk_copy_runs_mve(hidden, 0, before, 0, 1, p->units);
}
