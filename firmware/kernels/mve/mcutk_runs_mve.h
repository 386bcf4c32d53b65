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

#endif
