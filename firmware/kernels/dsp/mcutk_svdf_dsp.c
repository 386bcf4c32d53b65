#include "mcutk_svdf_dsp.h"

#include "mcutk_dsp.h"

/* The products of four bytes, added to `sum`. */
static int32_t mcutk_svdf_dsp_four(uint32_t a, uint32_t b, int32_t sum) {
    return mcutk_smlad(mcutk_sxtb16_odd(a), mcutk_sxtb16_odd(b), mcutk_smlad(mcutk_sxtb16(a), mcutk_sxtb16(b), sum));
}

static int32_t mcutk_svdf_dsp_dot(const int8_t *a, const int8_t *b, int32_t count) {
    int32_t sum = 0;
    for (; count >= 8; count -= 8) {
        sum = mcutk_svdf_dsp_four(mcutk_load32(a), mcutk_load32(b), sum);
        sum = mcutk_svdf_dsp_four(mcutk_load32(a + 4), mcutk_load32(b + 4), sum);
        a += 8;
        b += 8;
    }
    for (; count > 0; --count) {
        sum += *a++ * *b++;
    }
    return sum;
}

static int32_t mcutk_svdf_dsp_shift_8(int8_t *memory, const int8_t *time, int32_t count) {
    int32_t sum = 0;
    for (; count >= 4; count -= 4) {
        const uint32_t word = mcutk_load32(memory + 1);
        mcutk_store32(memory, word);
        sum = mcutk_svdf_dsp_four(word, mcutk_load32(time), sum);
        memory += 4;
        time += 4;
    }
    for (; count > 0; --count) {
        memory[0] = memory[1];
        sum += *memory++ * *time++;
    }
    return sum;
}

/* Two half-words as a word, at any address. */
static uint32_t mcutk_svdf_dsp_load(const int16_t *from) {
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

/* Sums wrap: SMLAD does, and so does the sum of the last product. */
static int32_t mcutk_svdf_dsp_shift_16(int16_t *memory, const int16_t *time, int32_t count) {
    int32_t sum = 0;
    for (; count >= 4; count -= 4) {
        const uint32_t first = mcutk_svdf_dsp_load(memory + 1), second = mcutk_svdf_dsp_load(memory + 3);
        memcpy(memory, &first, sizeof first);
        memcpy(memory + 2, &second, sizeof second);
        sum = mcutk_smlad(first, mcutk_svdf_dsp_load(time), sum);
        sum = mcutk_smlad(second, mcutk_svdf_dsp_load(time + 2), sum);
        memory += 4;
        time += 4;
    }
    for (; count > 0; --count) {
        memory[0] = memory[1];
        sum = (int32_t)((uint32_t)sum + (uint32_t)(*memory++ * *time++));
    }
    return sum;
}

MCUTK_SVDF(8, mcutk_svdf_s8_dsp, mcutk_svdf_dsp_dot, mcutk_svdf_dsp_shift_8)
MCUTK_SVDF(16, mcutk_svdf_s16_dsp, mcutk_svdf_dsp_dot, mcutk_svdf_dsp_shift_16)
