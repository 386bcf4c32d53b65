#include "mcutk_depthwise_mve.h"

#include "mcutk_depthwise_cores_mve.h"
#include "mcutk_depthwise_strip_mve.h"

/* The first `whole` channels in groups of four, then the last four channels, if channels are left. */
static void mcutk_depthwise_mve_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_shape *s,
                                     const mcutk_depthwise_pitch *pitch, const int8_t *weights, const int32_t *table,
                                     int32_t whole, mcutk_depthwise_core *core) {
    const int32_t taps = s->kernel_h * s->kernel_w;
    mcutk_depthwise_strip_mve strip;
    mcutk_depthwise_strip_start(&strip, (int8_t *)scratch + (taps > 16 ? 16 * s->out_w : 0), in, s, pitch);
    for (int32_t slot = 0; slot < s->kernel_h; slot++) {
        mcutk_depthwise_strip_order(strip.orders + MCUTK_DEPTHWISE_ORDER_BYTES * slot, s, slot);
    }
    mcutk_depthwise_row row = {
        .plane = strip.plane,
        .taps = taps,
        .out_column = pitch->out_column,
        .out_zero_point = s->out_zero_point,
        .out_w = s->out_w,
        .act_min = s->act_min,
        .act_max = s->act_max,
        .step = s->stride_w * s->kernel_h,
        .partial = (int32_t *)scratch,
    };
    for (int32_t y = 0; y < s->out_h; y++) {
        row.order = mcutk_depthwise_strip_advance(&strip, y);
        row.channels_left = whole;
        row.weights = weights;
        row.out = out;
        row.table = table;
        row.strip = strip.strip;
        core(&row);
        if (whole < s->channels) { /* weights and table are at the next group; they hold the last four channels */
            row.channels_left = 4;
            row.out = out + s->channels - 4;
            row.strip = strip.strip + (s->channels - 4) * strip.plane;
            core(&row);
        }
        out += pitch->out_row;
    }
}

#define ROWS(whole, core)                                                                                              \
    mcutk_depthwise_mve_rows(in, out, scratch, &p->shape, &p->pitch, p->weights, p->channels->bias, whole, core)

#define KERNEL(name, core)                                                                                             \
    void name(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_mve *p) {                            \
        ROWS(p->shape.channels & ~3, core);                                                                            \
    }

KERNEL(mcutk_depthwise3_mve_relu, mcutk_depthwise_core3_relu)
KERNEL(mcutk_depthwise3_mve_linear, mcutk_depthwise_core3_linear)
KERNEL(mcutk_depthwise6_mve_relu, mcutk_depthwise_core6_relu)
KERNEL(mcutk_depthwise6_mve_linear, mcutk_depthwise_core6_linear)
KERNEL(mcutk_depthwise_mve_relu, mcutk_depthwise_core_relu)
KERNEL(mcutk_depthwise_mve_linear, mcutk_depthwise_core_linear)
KERNEL(mcutk_depthwise5_mve_wide_relu, mcutk_depthwise_core5_wide_relu)
KERNEL(mcutk_depthwise5_mve_wide_linear, mcutk_depthwise_core5_wide_linear)
KERNEL(mcutk_depthwise10_mve_wide_relu, mcutk_depthwise_core10_wide_relu)
KERNEL(mcutk_depthwise10_mve_wide_linear, mcutk_depthwise_core10_wide_linear)

void mcutk_depthwise_mve_any(const int8_t *in, int8_t *out, void *scratch, const mcutk_depthwise_mve_any_shift *p) {
    ROWS(p->shape.channels, mcutk_depthwise_core_any);
}
