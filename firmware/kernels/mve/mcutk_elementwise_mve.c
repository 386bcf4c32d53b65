#include "mcutk_elementwise_mve.h"

#include <arm_mve.h>

#include "mcutk_mve_rounding.h"
#include "mcutk_requant.h"

/* SaturatingRoundingDoublingHighMul(x << 20, 2^30) is x << 19, so that `a` needs no multiplication. */
void mcutk_add_mve(const int8_t *a, const int8_t *b, int8_t *out, const mcutk_add *p, int32_t count) {
    const int32x4_t b_shift = vdupq_n_s32(p->b_shift);
    const int32x4_t low = vdupq_n_s32(p->act_min);
    const int32x4_t high = vdupq_n_s32(p->act_max);
    const int32_t base = mcutk_shift_left(-p->a_zero_point, 19);
    __asm__ volatile("dlstp.32 lr, %[count]\n"
                     "1: vldrb.s32 q1, [%[b]], #4\n"
                     "vsub.i32 q1, q1, %[b_zero]\n"
                     "vldrb.s32 q0, [%[a]], #4\n"
                     "vshl.i32 q1, q1, #20\n"
                     "vqrdmulh.s32 q1, q1, %[b_multiplier]\n"
                     "vshl.i32 q0, q0, #19\n" MCUTK_MVE_AWAY_ANY("q1", "%q[b_shift]", "q2")
                     "vadd.i32 q0, q0, %[base]\n"
                     "vrshl.s32 q1, q1, %q[b_shift]\n"
                     "vadd.i32 q0, q0, q1\n"
                     "vqrdmulh.s32 q0, q0, %[multiplier]\n" MCUTK_MVE_AWAY_LINEAR("q0", "q2")
                     "vrshl.s32 q0, %[shift]\n"
                     "vadd.i32 q0, q0, %[zero]\n"
                     "vmax.s32 q0, q0, %q[low]\n"
                     "vmin.s32 q0, q0, %q[high]\n"
                     "vstrb.32 q0, [%[out]], #4\n"
                     "letp lr, 1b\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [out] "+&l"(out)
                     : [count] "r"(count), [b_zero] "r"(p->b_zero_point), [b_multiplier] "r"(p->b_multiplier),
                       [base] "r"(base), [multiplier] "r"(p->out_multiplier), [shift] "r"(p->out_shift),
                       [zero] "r"(p->out_zero_point), [b_shift] "w"(b_shift), [low] "w"(low), [high] "w"(high)
                     : "q0", "q1", "q2", "lr", "memory", "p0");
}

/* What `b` adds to the sum for each of its 256 values, and the constant part of `a`. */
static void mcutk_add_table_mve_fill(int32_t table[256], const mcutk_add *p, int32_t base) {
    const int32x4_t b_shift = vdupq_n_s32(p->b_shift);
    int32_t value = 0;
    __asm__ volatile("dls lr, %[count]\n"
                     "1: vidup.u32 q1, %[value], #1\n"
                     "vsub.i32 q1, q1, %[b_zero]\n"
                     "vshl.i32 q1, q1, #20\n"
                     "vqrdmulh.s32 q1, q1, %[b_multiplier]\n" MCUTK_MVE_AWAY_ANY("q1", "%q[b_shift]", "q2")
                     "vrshl.s32 q1, q1, %q[b_shift]\n"
                     "vadd.i32 q1, q1, %[base]\n"
                     "vstrw.32 q1, [%[table]], #16\n"
                     "le lr, 1b\n"
                     : [table] "+&r"(table), [value] "+&Te"(value)
                     : [count] "r"(64), [b_zero] "r"(p->b_zero_point + 128), [b_multiplier] "r"(p->b_multiplier),
                       [base] "r"(base), [b_shift] "w"(b_shift)
                     : "q1", "q2", "lr", "memory");
}

void mcutk_add_table_mve(const int8_t *a, const int8_t *b, int8_t *out, void *scratch, const mcutk_add *p,
                         int32_t count) {
    int32_t *const table = (int32_t *)scratch;
    const int16x8_t low = vdupq_n_s16((int16_t)p->act_min);
    const int16x8_t high = vdupq_n_s16((int16_t)p->act_max);
    mcutk_add_table_mve_fill(table, p, mcutk_shift_left(-p->a_zero_point, 19));
    /* Eight at a time: words of the even ones and of the odd ones; then the rest, four at a time. The sign of a sum is added to
     * its scaled value, which turns VRSHL's halves up into halves away (out_shift < 0). */
    __asm__ volatile("wls lr, %[eights], 2f\n"
                     "1: vldrb.s16 q1, [%[b]], #8\n"
                     "vldrb.s16 q0, [%[a]], #8\n"
                     "vmovlb.s16 q2, q1\n"
                     "vmovlt.s16 q1, q1\n"
                     "vldrw.u32 q3, [%[middle], q2, uxtw #2]\n" /* a negative offset wraps */
                     "vldrw.u32 q2, [%[middle], q1, uxtw #2]\n"
                     "vshl.i16 q0, q0, #3\n"
                     "vshllb.s16 q1, q0, #16\n"
                     "vshllt.s16 q0, q0, #16\n"
                     "vadd.i32 q1, q1, q3\n"
                     "vadd.i32 q0, q0, q2\n"
                     "vshr.s32 q2, q1, #31\n"
                     "vshr.s32 q3, q0, #31\n"
                     "vqrdmlah.s32 q2, q1, %[multiplier]\n"
                     "vqrdmlah.s32 q3, q0, %[multiplier]\n"
                     "vrshl.s32 q2, %[shift]\n"
                     "vrshl.s32 q3, %[shift]\n"
                     "vqmovnb.s32 q2, q2\n"
                     "vqmovnt.s32 q2, q3\n"
                     "vqadd.s16 q2, q2, %[zero]\n"
                     "vmax.s16 q2, q2, %q[low]\n"
                     "vmin.s16 q2, q2, %q[high]\n"
                     "vstrb.16 q2, [%[out]], #8\n"
                     "le lr, 1b\n"
                     "2: wlstp.32 lr, %[rest], 4f\n"
                     "3: vldrb.s32 q1, [%[b]], #4\n"
                     "vldrb.s32 q0, [%[a]], #4\n"
                     "vldrw.u32 q2, [%[middle], q1, uxtw #2]\n"
                     "vshl.i32 q0, q0, #19\n"
                     "vadd.i32 q0, q0, q2\n"
                     "vshr.s32 q2, q0, #31\n"
                     "vqrdmlah.s32 q2, q0, %[multiplier]\n"
                     "vrshl.s32 q2, %[shift]\n"
                     "vqmovnb.s32 q2, q2\n"
                     "vqadd.s16 q2, q2, %[zero]\n"
                     "vmax.s16 q2, q2, %q[low]\n"
                     "vmin.s16 q2, q2, %q[high]\n"
                     "vstrb.32 q2, [%[out]], #4\n"
                     "letp lr, 3b\n"
                     "4:\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [out] "+&l"(out)
                     : [eights] "r"(count >> 3), [rest] "r"(count & 7), [middle] "r"(table + 128),
                       [multiplier] "r"(p->out_multiplier), [shift] "r"(p->out_shift), [zero] "r"(p->out_zero_point),
                       [low] "w"(low), [high] "w"(high)
                     : "q0", "q1", "q2", "q3", "lr", "memory", "p0");
}
