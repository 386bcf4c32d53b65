#include "mcutk_fc_mve.h"

#include <stddef.h>

#include "mcutk_mve_rounding.h"

/* What a core needs besides its pointers; loaded by word, in this order. */
typedef struct {
    const void *weights;
    const mcutk_channel *channels;
    int32_t tail; /* in_c % 16 */
    int32_t out_c;
    int32_t blocks; /* in_c / 16 */
    int32_t out_zero_point;
    int32_t act_min, act_max;
} fc_job;

_Static_assert(offsetof(fc_job, act_min) == 24 && sizeof(fc_job) == 32, "the assembly below knows these offsets");

/* Assembly because VMLADAVA accumulates into even registers only and GCC 12 spills them.
 *
 *   r0 r2 r4 r6  four channels    r1  weights      r3  output       r5  channel table   r7  tail
 *   r8  input    r9  input here   r10 channels left                 r11 blocks          r12 output zero point
 *
 * 16 inputs by 4 channels are 10 instructions; a weight is loaded once, so no order of work loads less. */
#define DOT(accumulator, register)                                                                                     \
    "vldrb.8 " register ", [r1], #16\n"                                                                                \
    "vmladava.s8 " accumulator ", q0, " register "\n"

#define CORE(name, start, left, away, high_mul, shift)                                                                                         \
    __attribute__((naked)) static void name(const int8_t *in __attribute__((unused)),                                  \
                                            int8_t *out __attribute__((unused)),                                       \
                                            const fc_job *job __attribute__((unused))) {                               \
        __asm__ volatile("push {r4-r11, lr}\n"                                                                         \
                         "vpush {d8-d15}\n"                                                                            \
                         "ldrd r4, r6, [r2, #24]\n"                                                                    \
                         "vdup.32 q4, r4\n"                                                                            \
                         "vdup.32 q5, r6\n"                                                                            \
                         "mov r8, r0\n"                                                                                \
                         "mov r3, r1\n"                                                                                \
                         "ldm r2, {r1, r5, r7, r10, r11, r12}\n" /* clang-format off */                                \
                         start                                                                                         \
                         "1: ldm r5!, {r0, r2, r4, r6}\n"                                                              \
                         "mov r9, r8\n"                                                                                \
                         "wls lr, r11, 3f\n"                                                                           \
                         "2: vldrb.8 q0, [r9], #16\n"                                                                  \
                         DOT("r0", "q1") DOT("r2", "q2") DOT("r4", "q3") DOT("r6", "q1")                               \
                         "le lr, 2b\n"                                                                                 \
                         "3: cbz r7, 4f\n" /* nothing beyond the input is read; the weights there are zero */           \
                         "vctp.8 r7\n"                                                                                 \
                         "vpst\n"                                                                                      \
                         "vldrbt.8 q0, [r9]\n"                                                                         \
                         DOT("r0", "q1") DOT("r2", "q2") DOT("r4", "q3") DOT("r6", "q1")                               \
                         "4: vmov d0, r0, r2\n"                                                                        \
                         "vmov d1, r4, r6\n"                                                                           \
                         left                                                                                          \
                         high_mul                                                                                      \
                         away                                                                                          \
                         shift /* clang-format on */                                                                   \
                         "vadd.i32 q0, q0, r12\n"                                                                      \
                         "vmax.s32 q0, q0, q4\n"                                                                       \
                         "vmin.s32 q0, q0, q5\n"                                                                       \
                         "vctp.32 r10\n"                                                                               \
                         "vpst\n"                                                                                      \
                         "vstrbt.32 q0, [r3], #4\n"                                                                    \
                         "subs r10, #4\n"                                                                              \
                         "bhi 1b\n"                                                                                    \
                         "vpop {d8-d15}\n"                                                                             \
                         "pop {r4-r11, pc}\n");                                                                        \
    }

/* Each channel its multiplier and shift. */
#define HIGH_MUL "vldrw.32 q1, [r5], #16\nvqrdmulh.s32 q0, q0, q1\nvldrw.32 q2, [r5], #16\n"
#define SHIFT "vrshl.s32 q0, q0, q2\n"
/* All channels the same: q6 and q7. */
#define START_SHARED "ldm r5!, {r0, r4}\nvdup.32 q6, r0\nvdup.32 q7, r4\n"
#define HIGH_MUL_SHARED "vqrdmulh.s32 q0, q0, q6\n"
#define SHIFT_SHARED "vrshl.s32 q0, q0, q7\n"

CORE(core_relu, "", "", "", HIGH_MUL, SHIFT)
CORE(core_linear, "", "", MCUTK_MVE_AWAY_LINEAR("q0", "q3"), HIGH_MUL, SHIFT)
CORE(core_any, "", "vldrw.32 q1, [r5], #16\nvshl.s32 q0, q0, q1\n", MCUTK_MVE_AWAY_ANY("q0", "q2", "q3"), HIGH_MUL, SHIFT)
CORE(core_relu_shared, START_SHARED, "", "", HIGH_MUL_SHARED, SHIFT_SHARED)
CORE(core_linear_shared, START_SHARED, "", MCUTK_MVE_AWAY_LINEAR("q0", "q3"), HIGH_MUL_SHARED, SHIFT_SHARED)

static void by_batch(const int8_t *in, int8_t *out, const mcutk_conv *p,
                     void (*core)(const int8_t *in, int8_t *out, const fc_job *job)) {
    const fc_job job = {
        .weights = p->weights,
        .channels = p->channels,
        .tail = p->in_c & 15,
        .out_c = p->out_c,
        .blocks = p->in_c >> 4,
        .out_zero_point = p->out_zero_point,
        .act_min = p->act_min,
        .act_max = p->act_max,
    };
    for (int32_t n = (int32_t)p->out_h * p->out_w; n > 0; n--) {
        core(in, out, &job);
        in += p->in_c;
        out += p->out_c;
    }
}

#define KERNEL(suffix)                                                                                                 \
    void mcutk_fc_mve_##suffix(const int8_t *in, int8_t *out, void *scratch, const mcutk_conv *p) {                    \
        (void)scratch;                                                                                                 \
        by_batch(in, out, p, core_##suffix);                                                                           \
    }

KERNEL(relu)
KERNEL(linear)
KERNEL(any)
KERNEL(relu_shared)
KERNEL(linear_shared)
