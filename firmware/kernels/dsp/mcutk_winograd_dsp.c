#include "mcutk_winograd_dsp.h"

#include "mcutk_winograd_driver.h"
#include "mcutk_winograd_tiles_dsp.h"

static void mcutk_winograd_dsp_begin(mcutk_winograd_layer *l, const int8_t *in, int8_t *out, uint32_t *scratch,
                                     const mcutk_conv_shape *s, int32_t batch) {
    const uint32_t half = (uint32_t)(2 * s->in_zero_point) & 0xFFFFu;
    l->padding = half | half << 16;
    mcutk_winograd_driver_begin(l, in, out, scratch, s, batch, 2 * ((s->in_c + 3) >> 2));
}

static void mcutk_winograd_dsp_multiply(mcutk_winograd_layer *l) {
    mcutk_winograd_pair_dsp(&l->pair, l->walk.out0, l->walk.out1);
}

static void mcutk_winograd_dsp_multiply_any(mcutk_winograd_layer *l) {
    mcutk_winograd_driver_any(l, mcutk_winograd_raw_dsp, 4 + 64 * l->steps);
}

static void mcutk_winograd_dsp_pixels(mcutk_winograd_layer *l, int32_t channels, mcutk_winograd_multiply_fn *multiply) {
    mcutk_winograd_driver_pixels(l, channels, mcutk_winograd_columns_dsp, mcutk_winograd_transform_dsp, multiply);
}

void mcutk_winograd_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_dsp *p) {
    mcutk_winograd_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->shape.out_c);
    l.pair.weights = p->weights;
    l.pair.scales = p->scales;
    l.pair.scales_end = p->scales + ((p->shape.out_c + 3) >> 2);
    mcutk_winograd_dsp_pixels(&l, p->shape.out_c, mcutk_winograd_dsp_multiply);
}

void mcutk_winograd_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_any_dsp *p) {
    mcutk_winograd_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->shape.out_c);
    l.pair.weights = p->weights;
    l.scales = p->scales;
    mcutk_winograd_dsp_pixels(&l, p->shape.out_c, mcutk_winograd_dsp_multiply_any);
}

/* A batch of int8 weights to `rest`. Returns the weights of the next batch. */
static const uint32_t *mcutk_winograd_dsp_unpack(const mcutk_winograd_layer *l, const uint32_t *from, int32_t channels) {
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

void mcutk_winograd_ram_dsp_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_dsp *p) {
    const uint32_t *weights = p->weights;
    mcutk_winograd_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->batch);
    l.pair.weights = l.rest;
    l.pair.scales_end = p->scales;
    for (int32_t c = 0; c < p->shape.out_c; c += p->batch, l.walk.out += p->batch) {
        const int32_t channels = mcutk_winograd_driver_batch(&p->shape, c, p->batch);
        weights = mcutk_winograd_dsp_unpack(&l, weights, channels);
        l.pair.scales = l.pair.scales_end;
        l.pair.scales_end += (channels + 3) >> 2;
        mcutk_winograd_dsp_pixels(&l, channels, mcutk_winograd_dsp_multiply);
    }
}

void mcutk_winograd_ram_dsp_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_winograd_ram_any_dsp *p) {
    const uint32_t *weights = p->weights;
    mcutk_winograd_layer l;
    mcutk_winograd_dsp_begin(&l, in, out, scratch, &p->shape, p->batch);
    l.pair.weights = l.rest;
    l.scales = p->scales;
    for (int32_t c = 0; c < p->shape.out_c; c += p->batch, l.walk.out += p->batch, l.scales += p->batch) {
        const int32_t channels = mcutk_winograd_driver_batch(&p->shape, c, p->batch);
        weights = mcutk_winograd_dsp_unpack(&l, weights, channels);
        mcutk_winograd_dsp_pixels(&l, channels, mcutk_winograd_dsp_multiply_any);
    }
}
