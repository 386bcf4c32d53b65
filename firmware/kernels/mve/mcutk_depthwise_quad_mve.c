#include "mcutk_depthwise_quad_mve.h"

#include "mcutk_depthwise_strip_mve.h"

/* The order of each place that the first row of a window can have, for both pixels of a block; bytes outside a window are
 * multiplied by the zero after the weights. */
static void mcutk_depthwise_quad_orders(uint8_t *orders, const mcutk_depthwise_shape *s) {
    const int32_t bytes = s->kernel_h * MCUTK_DEPTHWISE_ORDER_BYTES;
    for (int32_t i = 0; i < bytes; i++) {
        orders[i] = (uint8_t)(s->kernel_h * s->kernel_w);
    }
    for (int32_t slot = 0; slot < s->kernel_h; slot++) {
        mcutk_depthwise_strip_order(orders, s, slot);
        mcutk_depthwise_strip_order(orders + 16 + s->stride_w * s->kernel_h, s, slot);
        orders += MCUTK_DEPTHWISE_ORDER_BYTES;
    }
}

static void mcutk_depthwise_quad_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_quad_mve *p,
                                      mcutk_depthwise_quad_core *core) {
    const mcutk_depthwise_shape *const s = &p->shape;
    const int32_t pairs = s->channels >> 1;
    mcutk_depthwise_strip_mve strip;
    mcutk_depthwise_strip_start(&strip, scratch, in, s, &p->pitch);
    mcutk_depthwise_quad_orders(strip.orders, s);
    mcutk_depthwise_quad_row row = {
        .plane = strip.plane,
        .weights_step = s->kernel_h * s->kernel_w + 1,
        .out_column = p->pitch.out_column,
        .out_w = s->out_w,
        .out_zero_point = s->out_zero_point,
        .step = s->stride_w * s->kernel_h,
    };
    for (int32_t y = 0; y < s->out_h; y++) {
        row.order = mcutk_depthwise_strip_advance(&strip, y);
        row.pairs = pairs;
        row.strip = strip.strip;
        row.weights = p->weights;
        row.table = p->pairs;
        row.out = out;
        core(&row);
        if (s->channels & 1) {
            row.pairs = 1;
            row.strip += (s->channels - 2) * strip.plane;
            row.weights += 2 * pairs * row.weights_step;
            row.table += pairs;
            row.out += s->channels - 2;
            core(&row);
        }
        out += p->pitch.out_row;
    }
}

#define KERNEL(name, core)                                                                                             \
    void name(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_quad_mve *p) {                       \
        mcutk_depthwise_quad_rows(in, out, scratch, p, core);                                                          \
    }

KERNEL(mcutk_depthwise_quad6_mve_relu, mcutk_depthwise_quad_core6_relu)
KERNEL(mcutk_depthwise_quad6_mve_linear, mcutk_depthwise_quad_core6_linear)
KERNEL(mcutk_depthwise_quad12_mve_relu, mcutk_depthwise_quad_core12_relu)
KERNEL(mcutk_depthwise_quad12_mve_linear, mcutk_depthwise_quad_core12_linear)
KERNEL(mcutk_depthwise_quad_mve_relu, mcutk_depthwise_quad_core_relu)
KERNEL(mcutk_depthwise_quad_mve_linear, mcutk_depthwise_quad_core_linear)
