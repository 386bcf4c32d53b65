/* Pooling and reduction of the DSP folder against the portable ones on random shapes; every buffer of exactly its size. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcutk_pool_dsp.h"
#include "mcutk_reduce_dsp.h"

static uint32_t state = 1;

static int32_t draw(int32_t low, int32_t high) {
    state = state * 1664525u + 1013904223u;
    return low + (int32_t)((state >> 8) % (uint32_t)(high - low + 1));
}

static int8_t *bytes(int32_t count) {
    int8_t *const block = malloc((size_t)count);
    for (int32_t i = 0; i < count; i++) {
        block[i] = (int8_t)draw(-128, 127);
    }
    return block;
}

typedef void pool_fn(const int8_t *in, int8_t *out, const mcutk_pool *p);

static int pools(pool_fn *plain, pool_fn *dsp) {
    mcutk_pool p = {.in_h = (uint16_t)draw(1, 9), .in_w = (uint16_t)draw(1, 9), .channels = (uint16_t)draw(1, 11)};
    p.kernel_h = (uint16_t)draw(1, 4);
    p.kernel_w = (uint16_t)draw(1, 4);
    p.stride_h = (uint16_t)draw(1, 3);
    p.stride_w = (uint16_t)draw(1, 3);
    p.pad_top = (int16_t)draw(0, p.kernel_h - 1);
    p.pad_left = (int16_t)draw(0, p.kernel_w - 1);
    p.out_h = (uint16_t)((p.in_h + p.pad_top - 1) / p.stride_h + 1);
    p.out_w = (uint16_t)((p.in_w + p.pad_left - 1) / p.stride_w + 1);
    p.act_min = (int8_t)draw(-128, 0);
    p.act_max = (int8_t)draw(1, 127);
    const int32_t size = p.out_h * p.out_w * p.channels;
    int8_t *const in = bytes(p.in_h * p.in_w * p.channels), *const a = bytes(size), *const b = bytes(size);
    plain(in, a, &p);
    dsp(in, b, &p);
    const int differs = memcmp(a, b, (size_t)size) != 0;
    free(in);
    free(a);
    free(b);
    return differs;
}

/* A mean over the rows and columns of an image of up to 700 pixels. */
static int reduces(void) {
    const int32_t pixels = draw(1, 700), channels = draw(4, 15), images = draw(1, 3);
    const mcutk_reduce p = {.kept_extent = {1, 1, images, channels}, .kept_stride = {0, 0, pixels * channels, 1},
                            .reduced_extent = {1, 1, 1, pixels}, .reduced_stride = {0, 0, 0, channels},
                            .offset = draw(-128, 127) * pixels, .multiplier = 0x40000000 + draw(0, 1 << 23),
                            .shift = draw(-9, 0), .out_zero_point = draw(-128, 127)};
    int8_t *const in = bytes(images * pixels * channels), *const a = bytes(images * channels);
    int8_t *const b = bytes(images * channels);
    mcutk_reduce_s8(in, a, &p);
    mcutk_reduce_dsp(in, b, &p);
    const int differs = memcmp(a, b, (size_t)(images * channels)) != 0;
    free(in);
    free(a);
    free(b);
    return differs;
}

int main(void) {
    int wrong[3] = {0, 0, 0};
    for (int i = 0; i < 500; i++) {
        wrong[0] += pools(mcutk_average_pool_s8, mcutk_average_pool_dsp);
        wrong[1] += pools(mcutk_max_pool_s8, mcutk_max_pool_dsp);
        wrong[2] += reduces();
    }
    printf("%d %d %d\n", wrong[0], wrong[1], wrong[2]);
    return 0;
}
