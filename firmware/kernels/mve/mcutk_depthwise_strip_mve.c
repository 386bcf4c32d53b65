#include "mcutk_depthwise_strip_mve.h"

#include <arm_mve.h>

/* The loops are inline assembly: GCC 12 makes neither tail-predicated nor low-overhead loops from intrinsics. */

/* `pixels` pixels of `channels` channels into the strip: pixels `step` bytes apart there, channels `plane`. With in_step 0
 * the same sixteen bytes go everywhere. */
static void mcutk_depthwise_strip_scatter(int8_t *dst, int32_t step, int32_t plane, const int8_t *in, int32_t in_step,
                                          int32_t pixels, int32_t channels) {
    const uint16x8_t low = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)plane);
    const uint16x8_t high = vaddq_n_u16(low, (uint16_t)(8 * plane)); /* used where 15 * plane < 65536 */
    const int32_t in_next = in_step != 0 ? 8 : 0;
    while (channels > 0) {
        const int8_t *from = in;
        int8_t *to = dst;
        if (channels >= 16 && 15 * plane < 65536) {
            __asm__ volatile("dls lr, %[pixels]\n"
                             "1: vldrb.u16 q0, [%[from]]\n" /* a widening load takes a low register */
                             "vldrb.u16 q3, [%[from], #8]\n"
                             "vstrb.16 q0, [%[to], %q[low]]\n"
                             "vstrb.16 q3, [%[to], %q[high]]\n"
                             "add %[from], %[in_step]\n"
                             "add %[to], %[step]\n"
                             "le lr, 1b\n"
                             : [from] "+&l"(from), [to] "+&r"(to)
                             : [low] "w"(low), [high] "w"(high), [pixels] "r"(pixels), [in_step] "r"(in_step), [step] "r"(step)
                             : "q0", "q3", "lr", "memory");
            in += 2 * in_next;
            dst += 16 * plane;
            channels -= 16;
        } else {
            __asm__ volatile("dls lr, %[pixels]\n"
                             "vctp.16 %[channels]\n"
                             "1: vpstt\n"
                             "vldrbt.u16 q0, [%[from]]\n"
                             "vstrbt.16 q0, [%[to], %q[low]]\n"
                             "add %[from], %[in_step]\n"
                             "add %[to], %[step]\n"
                             "le lr, 1b\n"
                             : [from] "+&l"(from), [to] "+&r"(to)
                             : [low] "w"(low), [channels] "r"(channels), [pixels] "r"(pixels), [in_step] "r"(in_step),
                               [step] "r"(step)
                             : "q0", "lr", "memory", "p0");
            in += in_next;
            dst += 8 * plane;
            channels -= 8;
        }
    }
}

static void mcutk_depthwise_strip_fill(int8_t *strip, int32_t bytes, int8_t value) {
    __asm__ volatile("vdup.8 q0, %[value]\n"
                     "dlstp.8 lr, %[bytes]\n"
                     "1: vstrb.8 q0, [%[strip]], #16\n"
                     "letp lr, 1b\n"
                     : [strip] "+&r"(strip)
                     : [value] "r"((int32_t)value), [bytes] "r"(bytes)
                     : "q0", "lr", "memory", "p0");
}

void mcutk_depthwise_strip_start(mcutk_depthwise_strip_mve *t, void *scratch, const int8_t *in, const mcutk_depthwise_shape *s,
                                 const mcutk_depthwise_pitch *pitch) {
    t->shape = s;
    t->pitch = pitch;
    t->in = in;
    t->orders = (uint8_t *)scratch;
    t->strip = (int8_t *)scratch + s->kernel_h * MCUTK_DEPTHWISE_ORDER_BYTES;
    t->columns = (s->out_w - 1) * s->stride_w + s->kernel_w;
    t->plane = t->columns * s->kernel_h;
    t->entered = 0;
    mcutk_depthwise_strip_fill(t->strip, t->plane * s->channels, s->in_zero_point);
}

/* Byte kx * kernel_h + slot of a window belongs to kernel row (slot - first) mod kernel_h. */
void mcutk_depthwise_strip_order(uint8_t *order, const mcutk_depthwise_shape *s, int32_t first) {
    for (int32_t slot = 0; slot < s->kernel_h; slot++) {
        const int32_t ky = slot - first + (slot < first ? s->kernel_h : 0);
        for (int32_t kx = 0; kx < s->kernel_w; kx++) {
            order[kx * s->kernel_h + slot] = (uint8_t)(ky * s->kernel_w + kx);
        }
    }
}

/* Row `in_y` of the image, or padding below it, replaces the oldest row of the strip. The strip starts as padding, so that rows
 * above the image need nothing. */
static void mcutk_depthwise_strip_enter(const mcutk_depthwise_strip_mve *t, int32_t in_y) {
    const mcutk_depthwise_shape *const s = t->shape;
    const int32_t kernel_h = s->kernel_h;
    int8_t *const dst = t->strip + (in_y + s->pad_top) % kernel_h;
    if (in_y >= s->in_h) {
        int8_t padding[16];
        mcutk_depthwise_strip_fill(padding, 16, s->in_zero_point);
        mcutk_depthwise_strip_scatter(dst, kernel_h, t->plane, padding, 0, t->columns, s->channels);
    } else if (in_y >= 0) {
        const int32_t inside = t->columns - s->pad_left < s->in_w ? t->columns - s->pad_left : s->in_w;
        mcutk_depthwise_strip_scatter(dst + s->pad_left * kernel_h, kernel_h, t->plane, t->in + in_y * t->pitch->in_row,
                                      t->pitch->in_column, inside, s->channels);
    }
}

const uint8_t *mcutk_depthwise_strip_advance(mcutk_depthwise_strip_mve *t, int32_t y) {
    const mcutk_depthwise_shape *const s = t->shape;
    const int32_t first = y * s->stride_h;
    t->entered = t->entered < first ? first : t->entered;
    for (; t->entered < first + s->kernel_h; t->entered++) {
        mcutk_depthwise_strip_enter(t, t->entered - s->pad_top);
    }
    return t->orders + MCUTK_DEPTHWISE_ORDER_BYTES * (first % s->kernel_h);
}
