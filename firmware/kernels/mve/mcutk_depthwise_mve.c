#include "mcutk_depthwise_mve.h"

#include <stddef.h>

#include "mcutk_mve_rounding.h"

/* One output row for the core, which counts it down; loaded by word, in this order. */
typedef struct {
    int32_t channels_left;
    const int8_t *weights;
    int32_t plane; /* bytes of a channel in the strip */
    int8_t *out;
    int32_t taps; /* kernel_h * kernel_w */
    int32_t out_c;
    const int32_t *table; /* channel table */
    const int8_t *strip;
    int32_t out_zero_point;
    int32_t out_w;
    int32_t act_min, act_max;
    int32_t step;         /* stride_w * kernel_h */
    const uint8_t *order; /* [32]: which weight of a channel each byte of a window meets */
    int32_t *partial;     /* [out_w][4], for windows of more than 16 inputs */
} row_job;

_Static_assert(offsetof(row_job, table) == 24 && offsetof(row_job, act_min) == 40 && offsetof(row_job, step) == 48 &&
                   offsetof(row_job, order) == 52 && offsetof(row_job, partial) == 56,
               "the assembly below knows these offsets");

/* Assembly because VMLADAVA accumulates into even registers only and GCC 12 spills them.
 *
 *   r0 r2 r4 r6    four channels           r8 .. r11  their windows in the strip    r3  output    r5  out_c
 *   q4 .. q7       their weights           r7         channel table                 r12 output zero point
 *   q2 q3          act_min, act_max        r1         step                          lr  pixels left
 */
#define PROLOGUE                                                                                                       \
    "push {r4-r11, lr}\n"                                                                                              \
    "vpush {d8-d15}\n"                                                                                                 \
    "push {r0, r1}\n"                                                                                                  \
    "ldrd r2, r3, [r0, #40]\n"                                                                                         \
    "vdup.32 q2, r2\n"                                                                                                 \
    "vdup.32 q3, r3\n"                                                                                                 \
    "mov r6, r0\n"

/* Loads a group of four channels and leaves the next group's state in the job. `group` is the bytes of a group in the table. */
#define GROUP_START(group)                                                                                             \
    "1: ldm r6, {r0, r1, r2, r3, r4, r5, r7, r8, r12, lr}\n"                                                           \
    "ldr r9, [r6, #52]\n"                                                                                              \
    "vldrb.8 q0, [r9]\n"                                                                                               \
    "add r9, r1, r4\n"                                                                                                 \
    "add r10, r9, r4\n"                                                                                                \
    "add r11, r10, r4\n"                                                                                               \
    "vctp.8 r4\n"                                                                                                      \
    "vpstttt\n"                                                                                                        \
    "vldrbt.u8 q4, [r1, q0]\n"                                                                                         \
    "vldrbt.u8 q5, [r9, q0]\n"                                                                                         \
    "vldrbt.u8 q6, [r10, q0]\n"                                                                                        \
    "vldrbt.u8 q7, [r11, q0]\n"                                                                                        \
    "vctp.32 r0\n"                                                                                                     \
    "subs r0, #4\n"                                                                                                    \
    "add r1, r11, r4\n"                                                                                                \
    "strd r0, r1, [r6]\n"                                                                                              \
    "add r4, r3, #4\n"                                                                                                 \
    "str r4, [r6, #12]\n"                                                                                              \
    "add r0, r7, #" group "\n"                                                                                         \
    "add r4, r8, r2, lsl #2\n"                                                                                         \
    "strd r0, r4, [r6, #24]\n"                                                                                         \
    "ldr r1, [r6, #48]\n"                                                                                              \
    "add r9, r8, r2\n"                                                                                                 \
    "add r10, r9, r2\n"                                                                                                \
    "add r11, r10, r2\n"                                                                                               \
    "dls lr, lr\n"

/* The windows overlap: the pointers go on by one pixel. */
#define DOTS_BY(step)                                                                                                  \
    "vldrb.8 q0, [r8], #" step "\n"                                                                                    \
    "vmladava.s8 r0, q0, q4\n"                                                                                         \
    "vldrb.8 q1, [r9], #" step "\n"                                                                                    \
    "vmladava.s8 r2, q1, q5\n"                                                                                         \
    "vldrb.8 q0, [r10], #" step "\n"                                                                                   \
    "vmladava.s8 r4, q0, q6\n"                                                                                         \
    "vldrb.8 q1, [r11], #" step "\n"                                                                                   \
    "vmladava.s8 r6, q1, q7\n"
#define DOTS                                                                                                           \
    "vldrb.8 q0, [r8]\n"                                                                                               \
    "add r8, r1\n"                                                                                                     \
    "vmladava.s8 r0, q0, q4\n"                                                                                         \
    "vldrb.8 q1, [r9]\n"                                                                                               \
    "add r9, r1\n"                                                                                                     \
    "vmladava.s8 r2, q1, q5\n"                                                                                         \
    "vldrb.8 q0, [r10]\n"                                                                                              \
    "add r10, r1\n"                                                                                                    \
    "vmladava.s8 r4, q0, q6\n"                                                                                         \
    "vldrb.8 q1, [r11]\n"                                                                                              \
    "add r11, r1\n"                                                                                                    \
    "vmladava.s8 r6, q1, q7\n"

#define COLLECT                                                                                                        \
    "vmov d0, r0, r2\n"                                                                                                \
    "vmov d1, r4, r6\n"
#define HIGH_MUL(offset)                                                                                               \
    "vldrw.32 q1, [r7, #" offset "]\n"                                                                                 \
    "vqrdmulh.s32 q0, q0, q1\n"
#define SHIFT(offset)                                                                                                  \
    "vldrw.32 q1, [r7, #" offset "]\n"                                                                                 \
    "vrshl.s32 q0, q0, q1\n"
#define ROUND_RELU HIGH_MUL("16") SHIFT("32")
#define ROUND_LINEAR HIGH_MUL("16") MCUTK_MVE_AWAY_LINEAR("q0", "q1") SHIFT("32")
#define ROUND_ANY                                                                                                      \
    "vldrw.32 q1, [r7, #16]\n"                                                                                         \
    "vshl.s32 q0, q0, q1\n" HIGH_MUL("32") "vldrw.32 q1, [r7, #48]\n" MCUTK_MVE_AWAY_ANY("q0", "q1", "q1") SHIFT("48")

#define STORE                                                                                                          \
    "vadd.i32 q0, q0, r12\n"                                                                                           \
    "vmax.s32 q0, q0, q2\n"                                                                                            \
    "vmin.s32 q0, q0, q3\n"                                                                                            \
    "vpst\n"                                                                                                           \
    "vstrbt.32 q0, [r3]\n"                                                                                             \
    "add r3, r5\n"
#define EPILOGUE                                                                                                       \
    "ldr r6, [sp]\n"                                                                                                   \
    "ldr r0, [r6]\n"                                                                                                   \
    "cmp r0, #0\n"                                                                                                     \
    "bgt 1b\n"                                                                                                         \
    "add sp, #8\n"                                                                                                     \
    "vpop {d8-d15}\n"                                                                                                  \
    "pop {r4-r11, pc}\n"

typedef void row_core(row_job *job);

#define CORE(name, group, dots, round)                                                                                 \
    __attribute__((naked)) static void name(row_job *job __attribute__((unused))) {                                    \
        __asm__ volatile(PROLOGUE GROUP_START(group) "2: ldm r7, {r0, r2, r4, r6}\n" dots COLLECT round STORE          \
                         "le lr, 2b\n" EPILOGUE);                                                                      \
    }

/* Windows of 17 to 32 inputs in two passes over the row; between them the accumulators lie in job->partial. */
#define PASS_ONE                                                                                                       \
    "1: ldm r6, {r0, r1, r2, r3, r4, r5, r7, r8, r12, lr}\n"                                                           \
    "ldrd r9, r3, [r6, #52]\n" /* order, partial */                                                                    \
    "vldrb.8 q0, [r9]\n"                                                                                               \
    "add r9, r1, r4\n"                                                                                                 \
    "add r10, r9, r4\n"                                                                                                \
    "add r11, r10, r4\n"                                                                                               \
    "vldrb.u8 q4, [r1, q0]\n"                                                                                          \
    "vldrb.u8 q5, [r9, q0]\n"                                                                                          \
    "vldrb.u8 q6, [r10, q0]\n"                                                                                         \
    "vldrb.u8 q7, [r11, q0]\n"                                                                                         \
    "add r9, r8, r2\n"                                                                                                 \
    "add r10, r9, r2\n"                                                                                                \
    "add r11, r10, r2\n"                                                                                               \
    "dls lr, lr\n"
#define PASS_TWO                                                                                                       \
    "ldr r6, [sp]\n"                                                                                                   \
    "ldm r6, {r0, r1, r2, r3, r4, r5, r7, r8, r12, lr}\n"                                                              \
    "ldr r9, [r6, #52]\n"                                                                                              \
    "vldrb.8 q0, [r9, #16]\n"                                                                                          \
    "add r9, r1, r4\n"                                                                                                 \
    "add r10, r9, r4\n"                                                                                                \
    "add r11, r10, r4\n"                                                                                               \
    "sub r12, r4, #16\n"                                                                                               \
    "vctp.8 r12\n"                                                                                                     \
    "vpstttt\n"                                                                                                        \
    "vldrbt.u8 q4, [r1, q0]\n"                                                                                         \
    "vldrbt.u8 q5, [r9, q0]\n"                                                                                         \
    "vldrbt.u8 q6, [r10, q0]\n"                                                                                        \
    "vldrbt.u8 q7, [r11, q0]\n"                                                                                        \
    "vctp.32 r0\n"                                                                                                     \
    "subs r0, #4\n"                                                                                                    \
    "add r1, r11, r4\n"                                                                                                \
    "strd r0, r1, [r6]\n"                                                                                              \
    "add r4, r3, #4\n"                                                                                                 \
    "str r4, [r6, #12]\n"                                                                                              \
    "add r0, r7, #48\n"                                                                                                \
    "add r4, r8, r2, lsl #2\n"                                                                                         \
    "strd r0, r4, [r6, #24]\n"                                                                                         \
    "ldr r12, [r6, #32]\n"                                                                                             \
    "ldr r1, [r6, #56]\n"                                                                                              \
    "add r8, #16\n"                                                                                                    \
    "add r9, r8, r2\n"                                                                                                 \
    "add r10, r9, r2\n"                                                                                                \
    "add r11, r10, r2\n"                                                                                               \
    "dls lr, lr\n"
#define WIDE_CORE(name, step, round)                                                                                   \
    __attribute__((naked)) static void name(row_job *job __attribute__((unused))) {                                    \
        __asm__ volatile(PROLOGUE PASS_ONE "2: ldm r7, {r0, r2, r4, r6}\n" DOTS_BY(step)                               \
                         "stm r3!, {r0, r2, r4, r6}\n"                                                                 \
                         "le lr, 2b\n" PASS_TWO "3: ldm r1!, {r0, r2, r4, r6}\n" DOTS_BY(step) COLLECT round STORE     \
                         "le lr, 3b\n" EPILOGUE);                                                                      \
    }

CORE(core3_relu, "48", DOTS_BY("3"), ROUND_RELU)
CORE(core3_linear, "48", DOTS_BY("3"), ROUND_LINEAR)
CORE(core6_relu, "48", DOTS_BY("6"), ROUND_RELU)
CORE(core6_linear, "48", DOTS_BY("6"), ROUND_LINEAR)
CORE(core_relu, "48", DOTS, ROUND_RELU)
CORE(core_linear, "48", DOTS, ROUND_LINEAR)
CORE(core_any, "64", DOTS, ROUND_ANY)
WIDE_CORE(core5_wide_relu, "5", ROUND_RELU)
WIDE_CORE(core5_wide_linear, "5", ROUND_LINEAR)
WIDE_CORE(core10_wide_relu, "10", ROUND_RELU)
WIDE_CORE(core10_wide_linear, "10", ROUND_LINEAR)

#define SCATTER_START                                                                                                  \
    "vidup.u16 q1, %[index], #1\n"                                                                                     \
    "vmul.i16 q1, q1, %[plane]\n"                                                                                      \
    "dls lr, %[pixels]\n"
#define SCATTER_OPERANDS                                                                                               \
    : [from] "+&l"(from), [to] "+&r"(to), [index] "+&Te"(index) /* a widening load takes a low register */             \
    : [plane] "r"(plane), [channels] "r"(channels), [pixels] "r"(pixels), [in_step] "r"(in_step), [step] "r"(step)     \
    : "q0", "q1", "q2", "q3", "lr", "memory", "p0"

/* `pixels` pixels of `channels` channels into the strip: pixels `step` bytes apart there, channels `plane`. With in_step 0
 * the same sixteen bytes go everywhere. */
static void scatter_row(int8_t *dst, int32_t step, int32_t plane, const int8_t *in, int32_t in_step, int32_t pixels,
                        int32_t channels) {
    const int32_t in_next = in_step != 0 ? 8 : 0;
    while (channels > 0) {
        const int8_t *from = in;
        int8_t *to = dst;
        int32_t index = 0;
        if (channels >= 16 && 15 * plane < 65536) {
            __asm__ volatile(SCATTER_START "vidup.u16 q2, %[index], #1\n"
                                           "vmul.i16 q2, q2, %[plane]\n"
                                           "1: vldrb.u16 q0, [%[from]]\n"
                                           "vldrb.u16 q3, [%[from], #8]\n"
                                           "vstrb.16 q0, [%[to], q1]\n"
                                           "vstrb.16 q3, [%[to], q2]\n"
                                           "add %[from], %[in_step]\n"
                                           "add %[to], %[step]\n"
                                           "le lr, 1b\n" SCATTER_OPERANDS);
            in += 2 * in_next;
            dst += 16 * plane;
            channels -= 16;
        } else {
            __asm__ volatile(SCATTER_START "vctp.16 %[channels]\n"
                                           "1: vpstt\n"
                                           "vldrbt.u16 q0, [%[from]]\n"
                                           "vstrbt.16 q0, [%[to], q1]\n"
                                           "add %[from], %[in_step]\n"
                                           "add %[to], %[step]\n"
                                           "le lr, 1b\n" SCATTER_OPERANDS);
            in += in_next;
            dst += 8 * plane;
            channels -= 8;
        }
    }
}

static void fill(int8_t *dst, int32_t bytes, int8_t value) {
    __asm__ volatile("vdup.8 q0, %[value]\n"
                     "dlstp.8 lr, %[bytes]\n"
                     "1: vstrb.8 q0, [%[dst]], #16\n"
                     "letp lr, 1b\n"
                     : [dst] "+&r"(dst)
                     : [value] "r"((int32_t)value), [bytes] "r"(bytes)
                     : "q0", "lr", "memory", "p0");
}

/* Byte kx * kernel_h + slot of a window holds the row whose kernel row is (slot - first) mod kernel_h. */
static void set_order(uint8_t *order, const mcutk_conv *p, int32_t first) {
    for (int32_t slot = 0; slot < p->kernel_h; slot++) {
        const int32_t ky = slot - first + (slot < first ? p->kernel_h : 0);
        for (int32_t kx = 0; kx < p->kernel_w; kx++) {
            order[kx * p->kernel_h + slot] = (uint8_t)(ky * p->kernel_w + kx);
        }
    }
}

/* Row `in_y` of the image, or padding, takes its place in the strip. The strip starts as padding, so that rows above the
 * image need nothing. */
static void enter_row(int8_t *strip, int32_t columns, const int8_t *in, const mcutk_conv *p, int32_t in_y) {
    const int32_t kernel_h = p->kernel_h;
    const int32_t plane = columns * kernel_h;
    int8_t *const dst = strip + (in_y + p->pad_top) % kernel_h;
    if (in_y >= p->in_h) {
        int8_t padding[16];
        fill(padding, 16, p->in_zero_point);
        scatter_row(dst, kernel_h, plane, padding, 0, columns, p->in_c);
    } else if (in_y >= 0) {
        const int32_t inside = columns - p->pad_left < p->in_w ? columns - p->pad_left : p->in_w;
        scatter_row(dst + p->pad_left * kernel_h, kernel_h, plane, in + in_y * p->in_w * p->in_c, p->in_c, inside,
                    p->in_c);
    }
}

static void by_rows(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p, row_core *core) {
    const int32_t columns = (p->out_w - 1) * p->stride_w + p->kernel_w;
    const int32_t plane = columns * p->kernel_h;
    const int32_t taps = p->kernel_h * p->kernel_w;
    int32_t *const partial = (int32_t *)scratch;
    uint8_t *const orders = (uint8_t *)scratch + (taps > 16 ? 16 * p->out_w : 0);
    int8_t *const strip = (int8_t *)orders + p->kernel_h * 32;
    fill(strip, plane * p->in_c, p->in_zero_point);
    for (int32_t slot = 0; slot < p->kernel_h; slot++) { /* one order for each place that the first row can have */
        set_order(orders + 32 * slot, p, slot);
    }
    int32_t entered = 0; /* rows, those above the image included */
    for (int32_t y = 0; y < p->out_h; y++) {
        const int32_t first = y * p->stride_h;
        entered = entered < first ? first : entered;
        for (; entered < first + p->kernel_h; entered++) {
            enter_row(strip, columns, in, p, entered - p->pad_top);
        }
        row_job job = {
            .channels_left = p->out_c,
            .weights = p->weights,
            .plane = plane,
            .out = out,
            .taps = taps,
            .out_c = p->out_c,
            .table = (const int32_t *)(const void *)p->channels,
            .strip = strip,
            .out_zero_point = p->out_zero_point,
            .out_w = p->out_w,
            .act_min = p->act_min,
            .act_max = p->act_max,
            .step = p->stride_w * p->kernel_h,
            .order = orders + 32 * (first % p->kernel_h),
            .partial = partial,
        };
        core(&job);
        out += p->out_w * p->out_c;
    }
}

#define KERNEL(name, core)                                                                                             \
    void name(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {                                     \
        by_rows(in, out, scratch, p, core);                                                                            \
    }

KERNEL(mcutk_depthwise3_mve_relu, core3_relu)
KERNEL(mcutk_depthwise3_mve_linear, core3_linear)
KERNEL(mcutk_depthwise6_mve_relu, core6_relu)
KERNEL(mcutk_depthwise6_mve_linear, core6_linear)
KERNEL(mcutk_depthwise_mve_relu, core_relu)
KERNEL(mcutk_depthwise_mve_linear, core_linear)
KERNEL(mcutk_depthwise_mve_any, core_any)
KERNEL(mcutk_depthwise5_mve_wide_relu, core5_wide_relu)
KERNEL(mcutk_depthwise5_mve_wide_linear, core5_wide_linear)
KERNEL(mcutk_depthwise10_mve_wide_relu, core10_wide_relu)
KERNEL(mcutk_depthwise10_mve_wide_linear, core10_wide_linear)
