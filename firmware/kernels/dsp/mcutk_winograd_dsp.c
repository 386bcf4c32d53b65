#include "mcutk_winograd_dsp.h"

#include "mcutk_requant.h"
#include "mcutk_winograd_tiles_dsp.h"

/* A layer while it runs. */
typedef struct {
    mcutk_winograd_walk walk;
    mcutk_winograd_pair pair;
    uint32_t *columns, *v, *rest;  /* of scratch; rest: what follows */
    int32_t steps;
    const mcutk_scale_dsp *scales; /* any: of the first channel of the walk */
} mcutk_winograd_dsp_layer;

typedef void mcutk_winograd_dsp_fn(mcutk_winograd_dsp_layer *l);

static void mcutk_winograd_dsp_begin(
    mcutk_winograd_dsp_layer *l, const int8_t *in, int8_t *out, uint32_t *scratch, const mcutk_conv_shape *s,
    int32_t batch) {
    const int32_t quads = (s->in_c + 3) >> 2, steps = 2 * quads;
    int8_t *const zero = (int8_t *)(scratch + (MCUTK_WINOGRAD_V + MCUTK_WINOGRAD_COLUMNS) * steps);
    for (int32_t c = 0; c < s->in_c; ++c) {
        zero[c] = s->in_zero_point;
    }
    const int32_t part = ((s->out_w | s->out_c) & 3) != 0 ? 2 * ((batch + 3) >> 2) : 0; /* words of 4 channels, 4 pixels each */
    l->v = scratch;
    l->columns = scratch + MCUTK_WINOGRAD_V * steps;
    l->steps = steps;
    l->walk = (mcutk_winograd_walk){
        .shape = s, .in = in, .out = out, .zero = zero, .part = zero + 4 * quads, .out0 = out, .out1 = out};
    l->rest = l->columns + MCUTK_WINOGRAD_COLUMNS * steps + quads + 4 * part;
    l->pair.v = l->v;
    l->pair.v_end = l->columns;
    l->pair.rounding = 2 * (2 * s->out_zero_point + 1);
}

/* Columns outside the image hold the zero point z in all rows: B^T gives 0, 2 z, 0, 0. Returns the word after them. */
static uint32_t *mcutk_winograd_dsp_pad(uint32_t *first, int32_t steps, int32_t count, int32_t zero_point) {
    const uint32_t half = (uint32_t)(2 * zero_point) & 0xFFFFu, twice = half | half << 16;
    for (; count > 0; --count, ++first) {
        uint32_t *to = first;
        for (int32_t k = steps; k > 0; --k, to += MCUTK_WINOGRAD_COLUMNS) {
            to[0] = 0;
            to[MCUTK_WINOGRAD_WIDE] = twice;
            to[2 * MCUTK_WINOGRAD_WIDE] = 0;
            to[3 * MCUTK_WINOGRAD_WIDE] = 0;
        }
    }
    return first;
}

/* All pairs of tiles for `channels` channels, of which `multiply` writes the outputs of one pair. */
static void mcutk_winograd_dsp_pixels(mcutk_winograd_dsp_layer *l, int32_t channels, mcutk_winograd_dsp_fn *multiply) {
    mcutk_winograd_walk *const w = &l->walk;
    const mcutk_conv_shape *const s = w->shape;
    w->channels = channels;
    w->y = -2;
    w->x = s->out_w;
    while (mcutk_winograd_next(w)) {
        uint32_t *const to = mcutk_winograd_dsp_pad(l->columns + w->first, l->steps, w->before, s->in_zero_point);
        if (w->inside > 0) {
            mcutk_winograd_columns_dsp(&w->rows, to, s->in_c, w->inside);
        }
        (void)mcutk_winograd_dsp_pad(to + w->inside, l->steps, w->after, s->in_zero_point);
        mcutk_winograd_transform_dsp(l->columns, l->v, l->columns + MCUTK_WINOGRAD_COLUMNS * l->steps);
        l->pair.step = w->step;
        multiply(l);
        mcutk_winograd_store(w);
    }
}

static void mcutk_winograd_dsp_multiply(mcutk_winograd_dsp_layer *l) {
    mcutk_winograd_pair_dsp(&l->pair, l->walk.out0, l->walk.out1);
}

/* Four times the sum of output pixel `at` (0 to 3) of a row (0: the second one) from T of a channel. */
static int32_t mcutk_winograd_dsp_sum(const int32_t *t, int32_t row, int32_t at) {
    t += 8 * row + 4 * (at >> 1);
    const uint32_t t1 = (uint32_t)t[0], t0 = (uint32_t)t[16], t2 = (uint32_t)t[32], t3 = (uint32_t)t[48];
    return (int32_t)((at & 1) != 0 ? t1 - t2 - t3 : t0 + t1 + t2);
}

static void mcutk_winograd_dsp_multiply_any(mcutk_winograd_dsp_layer *l) {
    const mcutk_winograd_walk *const w = &l->walk;
    const mcutk_conv_shape *const s = w->shape;
    mcutk_winograd_pair group = l->pair;
    for (int32_t c = 0; c < w->channels; ++c) {
        int32_t t[MCUTK_WINOGRAD_BLOCK];
        if ((c & 3) == 0) {
            mcutk_winograd_raw_dsp(&group, t);
            group.weights += 4 + 64 * l->steps;
        }
        const mcutk_scale_dsp *const scale = l->scales + c;
        for (int32_t i = 0; i < 8; ++i) { /* the second row first, for the rows may be one */
            int8_t *const to = (i < 4 ? w->out1 : w->out0) + (i & 3) * w->step + c;
            *to = (int8_t)mcutk_finish(mcutk_winograd_dsp_sum(t + (c & 3), i >> 2, i & 3) >> 2, scale->multiplier,
                                       scale->shift, s->out_zero_point, s->act_min, s->act_max);
        }
    }
}

void mcutk_winograd_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_dsp *p) {
    mcutk_winograd_dsp_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->shape.out_c);
    l.pair.weights = p->weights;
    l.pair.scales = p->scales;
    l.pair.scales_end = p->scales + ((p->shape.out_c + 3) >> 2);
    mcutk_winograd_dsp_pixels(&l, p->shape.out_c, mcutk_winograd_dsp_multiply);
}

void mcutk_winograd_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_any_dsp *p) {
    mcutk_winograd_dsp_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->shape.out_c);
    l.pair.weights = p->weights;
    l.scales = p->scales;
    mcutk_winograd_dsp_pixels(&l, p->shape.out_c, mcutk_winograd_dsp_multiply_any);
}

/* A batch of int8 weights to `rest`. Returns the weights of the next batch. */
static const uint32_t *mcutk_winograd_dsp_unpack(const mcutk_winograd_dsp_layer *l, const uint32_t *from, int32_t channels) {
    const int32_t quads = l->steps >> 1;
    uint32_t *to = l->rest;
    for (int32_t group = (channels + 3) >> 2; group > 0; --group, to += 64 * l->steps) {
        for (int32_t c = 0; c < 4; ++c) {
            *to++ = *from++; /* biases */
        }
        for (int32_t c = 0; c < 4; ++c, from += 9 * quads) {
            mcutk_winograd_weights_dsp(to + c, from, quads, 64 * l->steps);
        }
    }
    return from;
}

/* Channels of the batch that starts at channel `first`. */
static int32_t mcutk_winograd_dsp_batch(const mcutk_conv_shape *s, int32_t first, int32_t batch) {
    return s->out_c - first < batch ? s->out_c - first : batch;
}

void mcutk_winograd_ram_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_dsp *p) {
    const uint32_t *weights = p->weights;
    mcutk_winograd_dsp_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->batch);
    l.pair.weights = l.rest;
    l.pair.scales_end = p->scales;
    for (int32_t c = 0; c < p->shape.out_c; c += p->batch, l.walk.out += p->batch) {
        const int32_t channels = mcutk_winograd_dsp_batch(&p->shape, c, p->batch);
        weights = mcutk_winograd_dsp_unpack(&l, weights, channels);
        l.pair.scales = l.pair.scales_end;
        l.pair.scales_end += (channels + 3) >> 2;
        mcutk_winograd_dsp_pixels(&l, channels, mcutk_winograd_dsp_multiply);
    }
}

void mcutk_winograd_ram_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_any_dsp *p) {
    const uint32_t *weights = p->weights;
    mcutk_winograd_dsp_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->batch);
    l.pair.weights = l.rest;
    l.scales = p->scales;
    for (int32_t c = 0; c < p->shape.out_c; c += p->batch, l.walk.out += p->batch, l.scales += p->batch) {
        const int32_t channels = mcutk_winograd_dsp_batch(&p->shape, c, p->batch);
        weights = mcutk_winograd_dsp_unpack(&l, weights, channels);
        mcutk_winograd_dsp_pixels(&l, channels, mcutk_winograd_dsp_multiply_any);
    }
}
