#include "mcutk_svdf_mve.h"

/* The loops are inline assembly: GCC 12 makes no tail-predicated loops from intrinsics, and VMLADAVA accumulates into even
 * registers only. */

static int32_t mcutk_svdf_mve_dot(const int8_t *a, const int8_t *b, int32_t count) {
    int32_t sum = 0;
    __asm__ volatile("dlstp.8 lr, %[count]\n"
                     "1: vldrb.8 q0, [%[a]], #16\n"
                     "vldrb.8 q1, [%[b]], #16\n"
                     "vmladava.s8 %[sum], q0, q1\n"
                     "letp lr, 1b\n"
                     : [a] "+&r"(a), [b] "+&r"(b), [sum] "+&Te"(sum)
                     : [count] "r"(count)
                     : "q0", "q1", "lr", "memory", "p0");
    return sum;
}

/* A vector is loaded before it is stored one element lower, so that nothing is read after it was overwritten. */
#define SHIFT(bits, letter)                                                                                            \
    static int32_t mcutk_svdf_mve_shift_##bits(int##bits##_t *memory, const int##bits##_t *time, int32_t count) {      \
        const int##bits##_t *from = memory + 1;                                                                        \
        int32_t sum = 0;                                                                                               \
        __asm__ volatile("wlstp." #bits " lr, %[count], 2f\n"                                                          \
                         "1: vldr" letter "." #bits " q0, [%[from]], #16\n"                                            \
                         "vldr" letter "." #bits " q1, [%[time]], #16\n"                                               \
                         "vmladava.s" #bits " %[sum], q0, q1\n"                                                        \
                         "vstr" letter "." #bits " q0, [%[memory]], #16\n"                                             \
                         "letp lr, 1b\n"                                                                               \
                         "2:\n"                                                                                        \
                         : [from] "+&r"(from), [memory] "+&r"(memory), [time] "+&r"(time), [sum] "+&Te"(sum)           \
                         : [count] "r"(count)                                                                          \
                         : "q0", "q1", "lr", "memory", "p0");                                                          \
        return sum;                                                                                                    \
    }

SHIFT(8, "b")
SHIFT(16, "h")
MCUTK_SVDF(8, mcutk_svdf_s8_mve, mcutk_svdf_mve_dot, mcutk_svdf_mve_shift_8)
MCUTK_SVDF(16, mcutk_svdf_s16_mve, mcutk_svdf_mve_dot, mcutk_svdf_mve_shift_16)
