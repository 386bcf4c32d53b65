#include "mcutk_depthwise_strip_mve.h"

/* The loops are inline assembly: GCC 12 makes neither tail-predicated nor low-overhead loops from intrinsics. */

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
static void mcutk_depthwise_strip_scatter(int8_t *dst, int32_t step, int32_t plane, const int8_t *in, int32_t in_step,
                                          int32_t pixels, int32_t channels) {
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

void mcutk_depthwise_strip_fill(int8_t *strip, int32_t bytes, int8_t value) {
    __asm__ volatile("vdup.8 q0, %[value]\n"
                     "dlstp.8 lr, %[bytes]\n"
                     "1: vstrb.8 q0, [%[strip]], #16\n"
                     "letp lr, 1b\n"
                     : [strip] "+&r"(strip)
                     : [value] "r"((int32_t)value), [bytes] "r"(bytes)
                     : "q0", "lr", "memory", "p0");
}

/* Byte kx * kernel_h + slot of a window belongs to kernel row (slot - first) mod kernel_h. */
void mcutk_depthwise_strip_order(uint8_t order[MCUTK_DEPTHWISE_ORDER_BYTES], const mcutk_depthwise_shape *s,
                                 int32_t first) {
    for (int32_t slot = 0; slot < s->kernel_h; slot++) {
        const int32_t ky = slot - first + (slot < first ? s->kernel_h : 0);
        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
            order[kx * s->kernel_h + slot] = (uint8_t)(ky * s->kernel_w + kx);
        }
    }
}

void mcutk_depthwise_strip_enter(int8_t *strip, int32_t columns, const int8_t *in, const mcutk_depthwise_shape *s,
                                 int32_t in_y) {
    const int32_t kernel_h = s->kernel_h;
    const int32_t plane = columns * kernel_h;
    int8_t *const dst = strip + (in_y + s->pad_top) % kernel_h;
    if (in_y >= s->in_h) {
        int8_t padding[16];
        mcutk_depthwise_strip_fill(padding, 16, s->in_zero_point);
        mcutk_depthwise_strip_scatter(dst, kernel_h, plane, padding, 0, columns, s->channels);
    } else if (in_y >= 0) {
        const int32_t inside = columns - s->pad_left < s->in_w ? columns - s->pad_left : s->in_w;
        mcutk_depthwise_strip_scatter(dst + s->pad_left * kernel_h, kernel_h, plane, in + in_y * s->in_w * s->channels,
                                      s->channels, inside, s->channels);
    }
}
