#include "mcutk_conv3_mve.h"

#include "mcutk_conv3_core_mve.h"
#include "mcutk_runs_mve.h"

/* Row `in_y` of the padded image as planes of [columns][16]: 16 channels each. What is left over in the last plane is multiplied by
 * weights of zero. */
static void mcutk_conv3_mve_enter_row(int8_t *planes, int32_t columns, const int8_t *in, const mcutk_conv_shape *s, int32_t in_y) {
    const int32_t left = s->pad_left < columns ? s->pad_left : columns;
    const int32_t inside = columns - left < s->in_w ? columns - left : s->in_w;
    const int32_t right = columns - left - inside;
    for (int32_t c = 0; c < s->in_c; c += 16) {
        if (in_y < 0 || in_y >= s->in_h) {
            mcutk_fill_runs_mve(planes, 0, 1, 16 * columns, s->in_zero_point);
        } else {
            const int32_t channels = s->in_c - c < 16 ? s->in_c - c : 16;
            const int8_t *const row = in + in_y * s->in_w * s->in_c + c;
            mcutk_fill_runs_mve(planes, 0, 1, 16 * left, s->in_zero_point);
            if (s->in_c == 16) {
                mcutk_copy_runs_mve(planes + 16 * left, 0, row, 0, 1, 16 * inside);
            } else {
                mcutk_copy_runs_mve(planes + 16 * left, 16, row, s->in_c, inside, channels);
            }
            mcutk_fill_runs_mve(planes + 16 * (left + inside), 0, 1, 16 * right, s->in_zero_point);
        }
        planes += 16 * columns;
    }
}

static void mcutk_conv3_mve_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv3_mve *p,
                                 mcutk_conv3_core_mve *core) {
    const mcutk_conv_shape *const s = &p->shape;
    const int32_t columns = s->out_w + 2;
    const int32_t depth = (s->in_c + 15) >> 4;
    const int32_t pairs = s->out_c >> 1;
    mcutk_conv3_row row = {
        .planes = (const int8_t *)scratch,
        .plane = 16 * columns,
        .units = s->kernel_h * depth,
        .out_c = s->out_c,
        .out_w = s->out_w,
        .out_zero_point = s->out_zero_point,
    };
    for (int32_t y = 0; y < s->out_h; y++) {
        int8_t *planes = (int8_t *)scratch;
        for (int32_t ky = 0; ky < s->kernel_h; ky++) {
            mcutk_conv3_mve_enter_row(planes, columns, in, s, y * s->stride_h - s->pad_top + ky * s->dilation_h);
            planes += depth * row.plane;
        }
        row.weights = p->weights;
        row.table = p->pairs;
        row.pairs = pairs;
        row.out = out;
        core(&row);
        if (s->out_c & 1) {
            row.weights += pairs * row.units * 96;
            row.table += pairs;
            row.pairs = 1;
            row.out += s->out_c - 2;
            core(&row);
        }
        out += s->out_w * s->out_c;
    }
}

void mcutk_conv3_mve_relu(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv3_mve *p) {
    mcutk_conv3_mve_rows(in, out, scratch, p, mcutk_conv3_core_mve_relu);
}

void mcutk_conv3_mve_linear(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv3_mve *p) {
    mcutk_conv3_mve_rows(in, out, scratch, p, mcutk_conv3_core_mve_linear);
}
