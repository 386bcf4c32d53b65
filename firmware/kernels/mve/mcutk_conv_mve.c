#include "mcutk_conv_mve.h"

#include <arm_mve.h>

#include "mcutk_mve_core.h"

/* The parts of a job that are the same for every pixel. */
static mcutk_mve_job start_job(const mcutk_conv *p, int32_t depth) {
    const mcutk_mve_job job = {
        .blocks_plus_1 = ((depth + 15) >> 4) + 1,
        .out_zero_point = p->out_zero_point,
        .weights = (const int8_t *)p->weights,
        .channels = (const int32_t *)(const void *)p->channels,
        .act_min = p->act_min,
        .act_max = p->act_max,
    };
    return job;
}

/* One row of `count` outputs: pairs, then the odd one out, computed twice. */
static void run_row(mcutk_mve_core *core, mcutk_mve_job *job, const int8_t *in, int32_t in_step, int8_t *out,
                    int32_t out_c, int32_t count) {
    job->in0 = in;
    job->in1 = in + in_step;
    job->in_step2 = 2 * in_step;
    job->out = out;
    job->out_end = out + out_c;
    job->out_step = out_c;
    job->pairs = count >> 1;
    if (job->pairs > 0) {
        core(job);
    }
    if (count & 1) {
        job->in0 = job->in1 = in + (count - 1) * in_step;
        job->out = out + (count - 1) * out_c;
        job->out_end = job->out + out_c;
        job->out_step = 0;
        job->pairs = 1;
        core(job);
    }
}

/* n runs of `bytes` bytes, run i to dst + i * dst_step. */
static void fill_runs(int8_t *dst, int32_t dst_step, int32_t n, int32_t bytes, int8_t value) {
    const int8x16_t v = vdupq_n_s8(value);
    for (; n > 0; n--) {
        for (int32_t i = 0; i < bytes; i += 16) {
            vstrbq_p_s8(dst + i, v, vctp8q((uint32_t)(bytes - i)));
        }
        dst += dst_step;
    }
}

/* n > 0 runs of `bytes` bytes, from src + i * src_step to dst + i * dst_step. */
static void copy_runs(int8_t *dst, int32_t dst_step, const int8_t *src, int32_t src_step, int32_t n, int32_t bytes) {
    if (bytes <= 16) {
        /* Tail-predicated and low-overhead loops in assembly: GCC 12 does not make them from intrinsics. */
        __asm__ volatile("vctp.8 %5\n"
                         "dls lr, %2\n"
                         "1: vpstt\n"
                         "vldrbt.8 q0, [%0]\n"
                         "vstrbt.8 q0, [%1]\n"
                         "add %0, %3\n"
                         "add %1, %4\n"
                         "le lr, 1b\n"
                         : "+&r"(src), "+&r"(dst)
                         : "r"(n), "r"(src_step), "r"(dst_step), "r"(bytes)
                         : "q0", "lr", "memory", "p0");
        return;
    }
    for (; n > 0; n--) {
        const int8_t *from = src;
        int8_t *to = dst;
        __asm__ volatile("dlstp.8 lr, %2\n"
                         "1: vldrb.8 q0, [%0], #16\n"
                         "vstrb.8 q0, [%1], #16\n"
                         "letp lr, 1b\n"
                         : "+&r"(from), "+&r"(to)
                         : "r"(bytes)
                         : "q0", "lr", "memory", "p0");
        src += src_step;
        dst += dst_step;
    }
}

/* Pixels whose blocks of 16 end inside the input are read where they are; the last few from a copy, for a core reads on
 * after a pixel. */
static void pointwise(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, mcutk_mve_core *core) {
    mcutk_mve_job job = start_job(p, p->in_c);
    if (p->stride_h == 1 && p->stride_w == 1) {
        const int32_t count = (int32_t)p->out_h * p->out_w;
        const int32_t beyond = -p->in_c & 15;
        int32_t direct = count;
        if (beyond != 0) {
            direct -= (beyond + p->in_c - 1) / p->in_c;
            direct = direct > 0 ? direct & ~1 : 0;
            copy_runs((int8_t *)scratch, 0, in + direct * p->in_c, 0, 1, (count - direct) * p->in_c);
        }
        run_row(core, &job, in, p->in_c, out, p->out_c, direct);
        run_row(core, &job, (const int8_t *)scratch, p->in_c, out + direct * p->out_c, p->out_c, count - direct);
        return;
    }
    for (int32_t y = 0; y < p->out_h; y++) {
        run_row(core, &job, in, p->stride_w * p->in_c, out, p->out_c, p->out_w);
        in += (int32_t)p->stride_h * p->in_w * p->in_c;
        out += p->out_w * p->out_c;
    }
}

/* The rows under output row `y`, column by column: strip[x][ky][c]. Columns of padding are there already. */
static void build_strip(int8_t *strip, int32_t columns, const int8_t *in, const mcutk_conv *p, int32_t y) {
    const int32_t in_c = p->in_c;
    const int32_t step = p->kernel_h * in_c;
    const int32_t inside = columns - p->pad_left < p->in_w ? columns - p->pad_left : p->in_w;
    int32_t in_y = y * p->stride_h - p->pad_top;
    for (int32_t ky = 0; ky < p->kernel_h; ky++) {
        if (in_y < 0 || in_y >= p->in_h) {
            fill_runs(strip, step, columns, in_c, p->in_zero_point);
        } else if (inside > 0) {
            copy_runs(strip + p->pad_left * step, step, in + in_y * p->in_w * in_c, in_c, inside, in_c);
        }
        in_y += p->dilation_h;
        strip += in_c;
    }
}

static void by_strip(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, mcutk_mve_core *core) {
    int8_t *const strip = (int8_t *)scratch;
    const int32_t columns = (p->out_w - 1) * p->stride_w + p->kernel_w;
    const int32_t column = p->kernel_h * p->in_c;
    mcutk_mve_job job = start_job(p, p->kernel_w * column);
    fill_runs(strip, 0, 1, columns * column, p->in_zero_point);
    for (int32_t y = 0; y < p->out_h; y++) {
        build_strip(strip, columns, in, p, y);
        run_row(core, &job, strip, p->stride_w * column, out, p->out_c, p->out_w);
        out += p->out_w * p->out_c;
    }
}

/* Input row `row` as one run of kernel_w * in_c bytes for each output pixel, run i to dst + i * step. */
static void build_runs(int8_t *dst, int32_t step, const int8_t *row, const mcutk_conv *p) {
    const int32_t run = p->kernel_w * p->in_c;
    const int32_t limit = p->in_w - p->kernel_w; /* the last column at which a whole run lies inside */
    int32_t in_x = -p->pad_left;
    int32_t x = 0;
    while (x < p->out_w) {
        if (in_x >= 0 && in_x <= limit) {
            int32_t n = (limit - in_x) / p->stride_w + 1;
            n = n < p->out_w - x ? n : p->out_w - x;
            copy_runs(dst, step, row + in_x * p->in_c, p->stride_w * p->in_c, n, run);
            x += n;
            in_x += n * p->stride_w;
            dst += n * step;
            continue;
        }
        const int32_t from = in_x < 0 ? -in_x : 0;
        const int32_t to = p->in_w - in_x < p->kernel_w ? p->in_w - in_x : p->kernel_w;
        fill_runs(dst, 0, 1, run, p->in_zero_point);
        if (from < to) {
            copy_runs(dst + from * p->in_c, 0, row + (in_x + from) * p->in_c, 0, 1, (to - from) * p->in_c);
        }
        x++;
        in_x += p->stride_w;
        dst += step;
    }
}

static void by_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, mcutk_mve_core *core) {
    const int32_t run = p->kernel_w * p->in_c;
    const int32_t depth = p->kernel_h * run;
    mcutk_mve_job job = start_job(p, depth);
    for (int32_t y = 0; y < p->out_h; y++) {
        int8_t *windows = (int8_t *)scratch;
        int32_t in_y = y * p->stride_h - p->pad_top;
        for (int32_t ky = 0; ky < p->kernel_h; ky++) {
            if (in_y < 0 || in_y >= p->in_h) {
                fill_runs(windows, depth, p->out_w, run, p->in_zero_point);
            } else {
                build_runs(windows, depth, in + in_y * p->in_w * p->in_c, p);
            }
            windows += run;
            in_y += p->dilation_h;
        }
        run_row(core, &job, (const int8_t *)scratch, depth, out, p->out_c, p->out_w);
        out += p->out_w * p->out_c;
    }
}

/* The window of output pixel (y, x): window[kx][ky][c]. */
static void build_window(int8_t *window, const int8_t *in, const mcutk_conv *p, int32_t y, int32_t x) {
    const int32_t in_c = p->in_c;
    int32_t in_x = x * p->stride_w - p->pad_left;
    for (int32_t kx = 0; kx < p->kernel_w; kx++) {
        int32_t in_y = y * p->stride_h - p->pad_top;
        for (int32_t ky = 0; ky < p->kernel_h; ky++) {
            if (in_x < 0 || in_x >= p->in_w || in_y < 0 || in_y >= p->in_h) {
                fill_runs(window, 0, 1, in_c, p->in_zero_point);
            } else {
                copy_runs(window, 0, in + (in_y * p->in_w + in_x) * in_c, 0, 1, in_c);
            }
            window += in_c;
            in_y += p->dilation_h;
        }
        in_x += p->dilation_w;
    }
}

static void by_window(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, mcutk_mve_core *core) {
    int8_t *const window = (int8_t *)scratch;
    const int32_t depth = p->kernel_w * p->kernel_h * p->in_c;
    mcutk_mve_job job = start_job(p, depth);
    for (int32_t y = 0; y < p->out_h; y++) {
        for (int32_t x = 0; x < p->out_w; x += 2) {
            const int32_t count = p->out_w - x < 2 ? 1 : 2;
            build_window(window, in, p, y, x);
            if (count == 2) {
                build_window(window + depth, in, p, y, x + 1);
            }
            run_row(core, &job, window, depth, out, p->out_c, count);
            out += count * p->out_c;
        }
    }
}

#define KERNELS(suffix)                                                                                                \
    void mcutk_pointwise_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {             \
        pointwise(in, out, scratch, p, mcutk_mve_core_##suffix);                                                       \
    }                                                                                                                  \
    void mcutk_conv_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {                  \
        by_strip(in, out, scratch, p, mcutk_mve_core_##suffix);                                                        \
    }                                                                                                                  \
    void mcutk_im2col_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {                \
        by_rows(in, out, scratch, p, mcutk_mve_core_##suffix);                                                         \
    }                                                                                                                  \
    void mcutk_window_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {                \
        by_window(in, out, scratch, p, mcutk_mve_core_##suffix);                                                       \
    }

KERNELS(relu_even)
KERNELS(relu)
KERNELS(linear_even)
KERNELS(linear)
KERNELS(any)
