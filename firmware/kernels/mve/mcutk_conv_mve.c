#include "mcutk_conv_mve.h"

#include "mcutk_mve_core.h"
#include "mcutk_runs_mve.h"

/* The parts of a job that are the same for every pixel. */
static void mcutk_conv_mve_start(mcutk_mve_job *job, const mcutk_conv_shape *s, const int8_t *weights,
                                 const int32_t *channels, int32_t depth) {
    job->blocks = (depth + 15) >> 4;
    job->weights = weights;
    job->channels = channels;
    job->out_skip = s->out_c;
    job->out_c = s->out_c;
    job->out_zero_point = s->out_zero_point;
    job->act_min = s->act_min;
    job->act_max = s->act_max;
}

/* One row of `count` outputs: pairs, then the odd one out, computed twice. */
static void mcutk_conv_mve_row(mcutk_mve_core *core, mcutk_mve_job *job, const int8_t *in, int32_t in_step, int8_t *out,
                               int32_t count) {
    job->in0 = in;
    job->in1 = in + in_step;
    job->in_step2 = 2 * in_step;
    job->out = out;
    job->out_step = job->out_c;
    job->pairs = count >> 1;
    if (job->pairs > 0) {
        core(job);
    }
    if (count & 1) {
        job->in0 = job->in1 = in + (count - 1) * in_step;
        job->out = out + (count - 1) * job->out_c;
        job->out_step = 0;
        job->pairs = 1;
        core(job);
    }
}

/* Pixels whose blocks of 16 end inside the input are read in place; the last few from a copy, because a core reads beyond the
 * end of a pixel. */
static void mcutk_conv_mve_pointwise(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_shape *s,
                                     const int8_t *weights, const int32_t *channels, mcutk_mve_core *core) {
    mcutk_mve_job job;
    mcutk_conv_mve_start(&job, s, weights, channels, s->in_c);
    if (s->stride_h == 1 && s->stride_w == 1) {
        const int32_t count = (int32_t)s->out_h * s->out_w;
        const int32_t beyond = -s->in_c & 15;
        int32_t direct = count;
        if (beyond != 0) {
            direct -= (beyond + s->in_c - 1) / s->in_c;
            direct = direct > 0 ? direct & ~1 : 0;
            mcutk_copy_runs_mve((int8_t *)scratch, 0, in + direct * s->in_c, 0, 1, (count - direct) * s->in_c);
        }
        mcutk_conv_mve_row(core, &job, in, s->in_c, out, direct);
        mcutk_conv_mve_row(core, &job, (const int8_t *)scratch, s->in_c, out + direct * s->out_c, count - direct);
        return;
    }
    for (int32_t y = 0; y < s->out_h; y++) {
        mcutk_conv_mve_row(core, &job, in, s->stride_w * s->in_c, out, s->out_w);
        in += (int32_t)s->stride_h * s->in_w * s->in_c;
        out += s->out_w * s->out_c;
    }
}

/* Input row `in_y` to row ky of every column of the strip. */
static void mcutk_conv_mve_enter_row(int8_t *strip, int32_t columns, const int8_t *in, const mcutk_conv_shape *s, int32_t ky,
                                     int32_t in_y) {
    const int32_t in_c = s->in_c;
    const int32_t step = s->kernel_h * in_c;
    const int32_t left = s->pad_left < columns ? s->pad_left : columns;
    const int32_t inside = columns - left < s->in_w ? columns - left : s->in_w;
    strip += ky * in_c;
    if (in_y < 0 || in_y >= s->in_h) {
        mcutk_fill_runs_mve(strip, step, columns, in_c, s->in_zero_point);
        return;
    }
    mcutk_fill_runs_mve(strip, step, left, in_c, s->in_zero_point);
    if (inside > 0) {
        mcutk_spread_pixels_mve(strip + left * step, step, in + in_y * s->in_w * in_c, inside, in_c);
    }
    mcutk_fill_runs_mve(strip + (left + inside) * step, step, columns - left - inside, in_c, s->in_zero_point);
}

/* The rows under output row `y`, column by column: strip[x][ky][c]. Rows that the output row before needed as well move down in
 * their columns. */
static void mcutk_conv_mve_build_strip(int8_t *strip, int32_t columns, const int8_t *in, const mcutk_conv_shape *s, int32_t y) {
    int32_t ky = 0;
    if (y > 0 && s->dilation_h == 1 && s->stride_h < s->kernel_h) {
        const int32_t distance = s->stride_h * s->in_c;
        mcutk_move_down_mve(strip, distance, columns * s->kernel_h * s->in_c - distance);
        ky = s->kernel_h - s->stride_h;
    }
    for (; ky < s->kernel_h; ky++) {
        mcutk_conv_mve_enter_row(strip, columns, in, s, ky, y * s->stride_h - s->pad_top + ky * s->dilation_h);
    }
}

static void mcutk_conv_mve_by_strip(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_shape *s,
                                    const int8_t *weights, const int32_t *channels, mcutk_mve_core *core) {
    int8_t *const strip = (int8_t *)scratch;
    const int32_t columns = (s->out_w - 1) * s->stride_w + s->kernel_w;
    const int32_t column = s->kernel_h * s->in_c;
    mcutk_mve_job job;
    mcutk_conv_mve_start(&job, s, weights, channels, s->kernel_w * column);
    for (int32_t y = 0; y < s->out_h; y++) {
        mcutk_conv_mve_build_strip(strip, columns, in, s, y);
        mcutk_conv_mve_row(core, &job, strip, s->stride_w * column, out, s->out_w);
        out += s->out_w * s->out_c;
    }
}

/* Input row `row` as one run of kernel_w * in_c bytes for each output pixel, run i to dst + i * step. */
static void mcutk_conv_mve_build_runs(int8_t *dst, int32_t step, const int8_t *row, const mcutk_conv_shape *s) {
    const int32_t run = s->kernel_w * s->in_c;
    const int32_t limit = s->in_w - s->kernel_w; /* the last column at which a whole run lies inside */
    int32_t in_x = -s->pad_left;
    int32_t x = 0;
    while (x < s->out_w) {
        if (in_x >= 0 && in_x <= limit) {
            int32_t n = (limit - in_x) / s->stride_w + 1;
            n = n < s->out_w - x ? n : s->out_w - x;
            mcutk_copy_runs_mve(dst, step, row + in_x * s->in_c, s->stride_w * s->in_c, n, run);
            x += n;
            in_x += n * s->stride_w;
            dst += n * step;
            continue;
        }
        const int32_t from = in_x < 0 ? -in_x : 0;
        const int32_t to = s->in_w - in_x < s->kernel_w ? s->in_w - in_x : s->kernel_w;
        mcutk_fill_runs_mve(dst, 0, 1, run, s->in_zero_point);
        if (from < to) {
            mcutk_copy_runs_mve(dst + from * s->in_c, 0, row + (in_x + from) * s->in_c, 0, 1, (to - from) * s->in_c);
        }
        x++;
        in_x += s->stride_w;
        dst += step;
    }
}

static void mcutk_conv_mve_by_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_shape *s,
                                   const int8_t *weights, const int32_t *channels, mcutk_mve_core *core) {
    const int32_t run = s->kernel_w * s->in_c;
    const int32_t depth = s->kernel_h * run;
    mcutk_mve_job job;
    mcutk_conv_mve_start(&job, s, weights, channels, depth);
    for (int32_t y = 0; y < s->out_h; y++) {
        int8_t *windows = (int8_t *)scratch;
        int32_t in_y = y * s->stride_h - s->pad_top;
        for (int32_t ky = 0; ky < s->kernel_h; ky++) {
            if (in_y < 0 || in_y >= s->in_h) {
                mcutk_fill_runs_mve(windows, depth, s->out_w, run, s->in_zero_point);
            } else {
                mcutk_conv_mve_build_runs(windows, depth, in + in_y * s->in_w * s->in_c, s);
            }
            windows += run;
            in_y += s->dilation_h;
        }
        mcutk_conv_mve_row(core, &job, (const int8_t *)scratch, depth, out, s->out_w);
        out += s->out_w * s->out_c;
    }
}

/* The window of output pixel (y, x): window[kx][ky][c]. */
static void mcutk_conv_mve_build_window(int8_t *window, const int8_t *in, const mcutk_conv_shape *s, int32_t y, int32_t x) {
    const int32_t in_c = s->in_c;
    int32_t in_x = x * s->stride_w - s->pad_left;
    for (int32_t kx = 0; kx < s->kernel_w; kx++) {
        int32_t in_y = y * s->stride_h - s->pad_top;
        for (int32_t ky = 0; ky < s->kernel_h; ky++) {
            if (in_x < 0 || in_x >= s->in_w || in_y < 0 || in_y >= s->in_h) {
                mcutk_fill_runs_mve(window, 0, 1, in_c, s->in_zero_point);
            } else {
                mcutk_copy_runs_mve(window, 0, in + (in_y * s->in_w + in_x) * in_c, 0, 1, in_c);
            }
            window += in_c;
            in_y += s->dilation_h;
        }
        in_x += s->dilation_w;
    }
}

static void mcutk_conv_mve_by_window(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv_shape *s,
                                     const int8_t *weights, const int32_t *channels, mcutk_mve_core *core) {
    int8_t *const window = (int8_t *)scratch;
    const int32_t depth = s->kernel_w * s->kernel_h * s->in_c;
    mcutk_mve_job job;
    mcutk_conv_mve_start(&job, s, weights, channels, depth);
    for (int32_t y = 0; y < s->out_h; y++) {
        for (int32_t x = 0; x < s->out_w; x += 2) {
            const int32_t count = s->out_w - x < 2 ? 1 : 2;
            mcutk_conv_mve_build_window(window, in, s, y, x);
            if (count == 2) {
                mcutk_conv_mve_build_window(window + depth, in, s, y, x + 1);
            }
            mcutk_conv_mve_row(core, &job, window, depth, out, count);
            out += count * s->out_c;
        }
    }
}

static int32_t mcutk_conv_mve_depth(const mcutk_conv_shape *s) {
    return (int32_t)s->kernel_h * s->kernel_w * s->in_c;
}

#define KERNEL(name, suffix, type, gather)                                                                             \
    void name##_##suffix(const int8_t *in, int8_t *out, void *scratch, const type *p) {                                \
        const int32_t is_short = mcutk_conv_mve_depth(&p->shape) <= MCUTK_MVE_CORE_SHORT;                              \
        mcutk_mve_core *const core = is_short ? mcutk_mve_core_short_##suffix : mcutk_mve_core_##suffix;               \
        gather(in, out, scratch, &p->shape, p->weights, p->channels->bias, core);                                      \
    }

#define KERNELS(suffix, type)                                                                                          \
    KERNEL(mcutk_pointwise_mve, suffix, type, mcutk_conv_mve_pointwise)                                                \
    KERNEL(mcutk_conv_mve, suffix, type, mcutk_conv_mve_by_strip)                                                      \
    KERNEL(mcutk_im2col_mve, suffix, type, mcutk_conv_mve_by_rows)                                                     \
    KERNEL(mcutk_window_mve, suffix, type, mcutk_conv_mve_by_window)

KERNELS(relu_even, mcutk_conv_mve)
KERNELS(relu, mcutk_conv_mve)
KERNELS(linear_even, mcutk_conv_mve)
KERNELS(linear, mcutk_conv_mve)
KERNELS(any, mcutk_conv_mve_any_shift)
