/* Fills and copies of short runs of bytes with Helium, inlined where sizes are known.
 *
 * The loops are inline assembly: GCC 12 makes neither tail-predicated nor low-overhead loops from intrinsics, and a function in
 * a .S file would cost a call for each run of a few bytes.
 */
#ifndef MCUTK_RUNS_MVE_H
#define MCUTK_RUNS_MVE_H

#include <arm_mve.h>
#include <stdint.h>

/* n runs of `bytes` bytes, run i to dst + i * dst_step. */
static inline void mcutk_fill_runs_mve(int8_t *dst, int32_t dst_step, int32_t n, int32_t bytes, int8_t value) {
    const int8x16_t v = vdupq_n_s8(value);
    for (; n > 0; n--) {
        for (int32_t i = 0; i < bytes; i += 16) {
            vstrbq_p_s8(dst + i, v, vctp8q((uint32_t)(bytes - i)));
        }
        dst += dst_step;
    }
}

/* n > 0 runs of `bytes` bytes, from src + i * src_step to dst + i * dst_step. */
static inline void mcutk_copy_runs_mve(int8_t *dst, int32_t dst_step, const int8_t *src, int32_t src_step, int32_t n,
                                       int32_t bytes) {
    if (bytes <= 16) {
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

/* n > 0 pixels of `bytes` bytes, adjacent in src, to dst + i * dst_step. dst_step < 8192. */
static inline void mcutk_spread_pixels_mve(int8_t *dst, int32_t dst_step, const int8_t *src, int32_t n, int32_t bytes) {
    if (bytes > 4) {
        mcutk_copy_runs_mve(dst, dst_step, src, bytes, n, bytes);
        return;
    }
    const int32_t together = 8 / bytes; /* pixels in a vector of eight halfwords */
    const uint16x8_t lane = vidupq_n_u16(0, 1);
    const uint16x8_t pixel = vshrq_n_u16(vmulq_n_u16(lane, (uint16_t)((255 + bytes) / bytes)), 8); /* lane / bytes */
    const uint16x8_t offsets = vmlaq_n_u16(lane, pixel, (uint16_t)(dst_step - bytes));
    int32_t count = n / together;
    int32_t taken = together;
    if (count == 0) {
        count = 1;
        taken = n;
    }
    for (n -= count * taken;; n = 0) {
        __asm__ volatile("vctp.16 %[bytes]\n"
                         "dls lr, %[count]\n"
                         "1: vpstt\n"
                         "vldrbt.u16 q0, [%[src]]\n"
                         "vstrbt.16 q0, [%[dst], %q[offsets]]\n"
                         "add %[src], %[src_step]\n"
                         "add %[dst], %[dst_step]\n"
                         "le lr, 1b\n"
                         : [src] "+&l"(src), [dst] "+&r"(dst)
                         : [bytes] "r"(taken * bytes), [count] "r"(count), [src_step] "r"(taken * bytes),
                           [dst_step] "r"(taken * dst_step), [offsets] "w"(offsets)
                         : "q0", "lr", "memory", "p0");
        if (n == 0) {
            return;
        }
        count = 1;
        taken = n;
    }
}

/* Moves `bytes` > 0 bytes down by `distance` > 0. */
static inline void mcutk_move_down_mve(int8_t *dst, int32_t distance, int32_t bytes) {
    const int8_t *src = dst + distance;
    __asm__ volatile("dlstp.8 lr, %[bytes]\n"
                     "1: vldrb.8 q0, [%[src]], #16\n"
                     "vstrb.8 q0, [%[dst]], #16\n"
                     "letp lr, 1b\n"
                     : [src] "+&r"(src), [dst] "+&r"(dst)
                     : [bytes] "r"(bytes)
                     : "q0", "lr", "memory", "p0");
}

#endif
