/* A layer of a Winograd convolution, from the inner blocks of an instruction set (mcutk_winograd_tiles.h). Static, because
 * calls through pointers stay within a file, where the bound on the stack can follow them. */
#ifndef MCUTK_WINOGRAD_DRIVER_H
#define MCUTK_WINOGRAD_DRIVER_H

#include "mcutk_requant.h"
#include "mcutk_winograd_tiles.h"

/* A layer while it runs. */
typedef struct {
    mcutk_winograd_walk walk;
    mcutk_winograd_pair pair;
    uint32_t *v, *columns, *rest; /* of scratch; rest: what follows all else */
    int32_t steps;
    uint32_t padding;         /* twice the zero point, of all inputs of a word */
    const mcutk_winograd_scale *scales; /* any: of the first channel of the walk */
} mcutk_winograd_layer;

/* Writes the outputs of a pair. */
typedef void mcutk_winograd_multiply_fn(mcutk_winograd_layer *l);

/* Divides scratch: V, columns, a pixel of zero points, outputs of pairs that are not whole. `batch`: channels of a walk. */
static void mcutk_winograd_driver_begin(mcutk_winograd_layer *l, const int8_t *in, int8_t *out, uint32_t *scratch,
                                        const mcutk_conv_shape *s, int32_t batch, int32_t steps) {
    const int32_t zero_words = (s->in_c + 3) >> 2, partial = ((s->out_w | s->out_c) & 3) != 0;
    l->v = scratch;
    l->columns = scratch + MCUTK_WINOGRAD_V * steps;
    l->steps = steps;
    l->pair.v = scratch;
    l->pair.v_end = l->columns;
    l->pair.rounding = 2 * (2 * s->out_zero_point + 1);
    int8_t *const zero = (int8_t *)(l->columns + MCUTK_WINOGRAD_COLUMNS * steps);
    for (int32_t c = 0; c < s->in_c; ++c) {
        zero[c] = s->in_zero_point;
    }
    mcutk_winograd_walk *const w = &l->walk;
    w->shape = s;
    w->in = in;
    w->out = out;
    w->out0 = out;
    w->out1 = out;
    w->step = 0;
    w->zero = zero;
    w->part = zero + 4 * zero_words;
    l->rest = l->columns + MCUTK_WINOGRAD_COLUMNS * steps + zero_words + (partial ? 8 * ((batch + 3) >> 2) : 0);
}

/* Columns outside the image hold the zero point z in all rows: B^T gives 0, 2 z, 0, 0. Returns the word after them. */
__attribute__((noinline)) static uint32_t *mcutk_winograd_driver_pad(uint32_t *first, const mcutk_winograd_layer *l, int32_t count) {
    for (; count > 0; --count, ++first) {
        uint32_t *to = first;
        for (int32_t k = l->steps; k > 0; --k, to += MCUTK_WINOGRAD_COLUMNS) {
            to[0] = 0;
            to[MCUTK_WINOGRAD_WIDE] = l->padding;
            to[2 * MCUTK_WINOGRAD_WIDE] = 0;
            to[3 * MCUTK_WINOGRAD_WIDE] = 0;
        }
    }
    return first;
}

/* Four times the sum of output pixel `at` (0 to 3) of a row (0: the second one) from T of a channel. */
static int32_t mcutk_winograd_driver_sum(const int32_t *t, int32_t row, int32_t at) {
    t += 8 * row + 4 * (at >> 1);
    const uint32_t t1 = (uint32_t)t[0], t0 = (uint32_t)t[16], t2 = (uint32_t)t[32], t3 = (uint32_t)t[48];
    return (int32_t)((at & 1) != 0 ? t1 - t2 - t3 : t0 + t1 + t2);
}

/* The outputs of a pair for every clamp and shift. group_words: weights and biases of a group */
static void mcutk_winograd_driver_any(const mcutk_winograd_layer *l, mcutk_winograd_raw_fn *raw, int32_t group_words) {
    const mcutk_winograd_walk *const w = &l->walk;
    const mcutk_conv_shape *const s = w->shape;
    mcutk_winograd_pair group = l->pair;
    const mcutk_winograd_scale *scale = l->scales;
    for (int32_t c = 0; c < w->channels; ++c, ++scale) {
        int32_t t[MCUTK_WINOGRAD_BLOCK];
        if ((c & 3) == 0) {
            raw(&group, t);
            group.weights += group_words;
        }
        for (int32_t i = 0; i < 8; ++i) { /* the second row first, for the rows may be one */
            int8_t *const to = (i < 4 ? w->out1 : w->out0) + (i & 3) * w->step + c;
            *to = (int8_t)mcutk_finish(mcutk_winograd_driver_sum(t + (c & 3), i >> 2, i & 3) >> 2, scale->multiplier,
                                       scale->shift, s->out_zero_point, s->act_min, s->act_max);
        }
    }
}

/* All pairs of tiles for `channels` channels. */
static void mcutk_winograd_driver_pixels(mcutk_winograd_layer *l, int32_t channels, mcutk_winograd_columns_fn *columns,
                                         mcutk_winograd_transform_fn *transform, mcutk_winograd_multiply_fn *multiply) {
    mcutk_winograd_walk *const w = &l->walk;
    w->channels = channels;
    w->y = -2;
    w->x = w->shape->out_w;
    while (mcutk_winograd_next(w)) {
        uint32_t *const to = mcutk_winograd_driver_pad(l->columns + w->first, l, w->before);
        if (w->inside > 0) {
            columns(&w->rows, to, w->shape->in_c, w->inside);
        }
        (void)mcutk_winograd_driver_pad(to + w->inside, l, w->after);
        transform(l->columns, l->v, l->columns + MCUTK_WINOGRAD_COLUMNS * l->steps);
        l->pair.step = w->step;
        multiply(l);
        mcutk_winograd_store(w);
    }
}

/* Channels of the batch that starts at channel `first`. */
static int32_t mcutk_winograd_driver_batch(const mcutk_conv_shape *s, int32_t first, int32_t batch) {
    return s->out_c - first < batch ? s->out_c - first : batch;
}

#endif
