#include "mcutk_winograd.h"

#include "mcutk_winograd_driver.h"

static void mcutk_winograd_begin(mcutk_winograd_layer *l, const int8_t *in, int8_t *out, uint32_t *scratch,
                                 const mcutk_conv_shape *s, int32_t batch) {
    l->padding = (uint32_t)(2 * s->in_zero_point);
    mcutk_winograd_driver_begin(l, in, out, scratch, s, batch, s->in_c);
}

static void mcutk_winograd_multiply(mcutk_winograd_layer *l) {
    mcutk_winograd_outputs(&l->pair, l->walk.out0, l->walk.out1);
}

static void mcutk_winograd_multiply_any(mcutk_winograd_layer *l) {
    mcutk_winograd_driver_any(l, mcutk_winograd_raw, 4 + 32 * l->steps);
}

static void mcutk_winograd_pixels(mcutk_winograd_layer *l, int32_t channels, mcutk_winograd_multiply_fn *multiply) {
    mcutk_winograd_driver_pixels(l, channels, mcutk_winograd_columns, mcutk_winograd_transform, multiply);
}

void mcutk_winograd_s8_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd *p) {
    mcutk_winograd_layer l;
    mcutk_winograd_begin(&l, in, out, scratch, &p->shape, p->shape.out_c);
    l.pair.weights = p->weights;
    l.pair.scales = p->scales;
    l.pair.scales_end = p->scales + ((p->shape.out_c + 3) >> 2);
    mcutk_winograd_pixels(&l, p->shape.out_c, mcutk_winograd_multiply);
}

void mcutk_winograd_s8_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_any *p) {
    mcutk_winograd_layer l;
    mcutk_winograd_begin(&l, in, out, scratch, &p->shape, p->shape.out_c);
    l.pair.weights = p->weights;
    l.scales = p->scales;
    mcutk_winograd_pixels(&l, p->shape.out_c, mcutk_winograd_multiply_any);
}

/* The transformed weights of one tap of four positions: the columns of u G^T. position: int16s from position to position */
static inline void mcutk_winograd_put(int16_t *to, int32_t position, int32_t u0, int32_t u1, int32_t u2) {
    to[0] = (int16_t)(u0 + u1 + u2);
    to[4 * position] = (int16_t)(2 * u0);
    to[8 * position] = (int16_t)(u0 - u1 + u2);
    to[12 * position] = (int16_t)(2 * u2);
}

/* The 16 transformed weights of an input of a channel. */
static void mcutk_winograd_weights(int16_t *to, int32_t position, const int8_t w[9]) {
    mcutk_winograd_put(to, position, w[0] + w[3] + w[6], w[1] + w[4] + w[7], w[2] + w[5] + w[8]);
    to += position;
    mcutk_winograd_put(to, position, w[3] - w[0] - w[6], w[4] - w[1] - w[7], w[5] - w[2] - w[8]);
    to += position;
    mcutk_winograd_put(to, position, -2 * w[6], -2 * w[7], -2 * w[8]);
    to += position;
    mcutk_winograd_put(to, position, 2 * w[0], 2 * w[1], 2 * w[2]);
}

/* The weights and biases of the `channels` channels from `first` on to `rest`. Channels of a group that do not exist take
 * part in sums that are not read. */
static void mcutk_winograd_unpack(const mcutk_winograd_layer *l, const int8_t *weights, const int32_t *biases, int32_t first,
                                  int32_t channels) {
    const int32_t steps = l->steps;
    uint32_t *group = l->rest;
    for (int32_t c = 0; c < ((channels + 3) & ~3); ++c) {
        const int32_t from = first + (c < channels ? c : channels - 1);
        const int8_t *w = weights + 9 * steps * from;
        int16_t *to = (int16_t *)(group + 4) + (c & 3);
        group[c & 3] = (uint32_t)biases[from];
        for (int32_t k = steps; k > 0; --k, to += 4, w += 9) {
            mcutk_winograd_weights(to, 4 * steps, w);
        }
        group += (c & 3) == 3 ? 4 + 32 * steps : 0;
    }
}

void mcutk_winograd_ram_s8_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram *p) {
    mcutk_winograd_layer l;
    mcutk_winograd_begin(&l, in, out, scratch, &p->shape, p->batch);
    l.pair.weights = l.rest;
    l.pair.scales_end = p->scales;
    for (int32_t c = 0; c < p->shape.out_c; c += p->batch, l.walk.out += p->batch) {
        const int32_t channels = mcutk_winograd_driver_batch(&p->shape, c, p->batch);
        mcutk_winograd_unpack(&l, p->weights, p->biases, c, channels);
        l.pair.scales = l.pair.scales_end;
        l.pair.scales_end += (channels + 3) >> 2;
        mcutk_winograd_pixels(&l, channels, mcutk_winograd_multiply);
    }
}

void mcutk_winograd_ram_s8_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_any *p) {
    mcutk_winograd_layer l;
    mcutk_winograd_begin(&l, in, out, scratch, &p->shape, p->batch);
    l.pair.weights = l.rest;
    l.scales = p->scales;
    for (int32_t c = 0; c < p->shape.out_c; c += p->batch, l.walk.out += p->batch, l.scales += p->batch) {
        const int32_t channels = mcutk_winograd_driver_batch(&p->shape, c, p->batch);
        mcutk_winograd_unpack(&l, p->weights, p->biases, c, channels);
        mcutk_winograd_pixels(&l, channels, mcutk_winograd_multiply_any);
    }
}
