#include "mcutk_pool_s16.h"

#include "mcutk_requant.h"

/* The part of a window that is inside the image. */
typedef struct {
    int32_t top, bottom, left, right;
} mcutk_pool_s16_window;

static mcutk_pool_s16_window mcutk_pool_inside(int32_t y, int32_t x, const mcutk_pool_wide *p) {
    const int32_t top = y * p->stride_h - p->pad_top;
    const int32_t left = x * p->stride_w - p->pad_left;
    const mcutk_pool_s16_window window = {
        mcutk_clamp(top, 0, p->in_h),
        mcutk_clamp(top + p->kernel_h, 0, p->in_h),
        mcutk_clamp(left, 0, p->in_w),
        mcutk_clamp(left + p->kernel_w, 0, p->in_w),
    };
    return window;
}

static int32_t mcutk_pool_average(const int16_t *in, const mcutk_pool_s16_window *window, const mcutk_pool_wide *p) {
    const int32_t count = (window->bottom - window->top) * (window->right - window->left);
    int32_t sum = 0;
    for (int32_t y = window->top; y < window->bottom; ++y) {
        for (int32_t x = window->left; x < window->right; ++x) {
            sum += in[(y * p->in_w + x) * p->channels];
        }
    }
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

static int32_t mcutk_pool_highest(const int16_t *in, const mcutk_pool_s16_window *window, const mcutk_pool_wide *p) {
    int32_t highest = INT16_MIN;
    for (int32_t y = window->top; y < window->bottom; ++y) {
        for (int32_t x = window->left; x < window->right; ++x) {
            const int32_t value = in[(y * p->in_w + x) * p->channels];
            highest = value > highest ? value : highest;
        }
    }
    return highest;
}

void mcutk_average_pool_s16(const int16_t *in, int16_t *out, const mcutk_pool_wide *p) {
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const mcutk_pool_s16_window window = mcutk_pool_inside(y, x, p);
            for (int32_t c = 0; c < p->channels; ++c) {
                *out++ = (int16_t)mcutk_clamp(mcutk_pool_average(in + c, &window, p), p->act_min, p->act_max);
            }
        }
    }
}

void mcutk_max_pool_s16(const int16_t *in, int16_t *out, const mcutk_pool_wide *p) {
    for (int32_t y = 0; y < p->out_h; ++y) {
        for (int32_t x = 0; x < p->out_w; ++x) {
            const mcutk_pool_s16_window window = mcutk_pool_inside(y, x, p);
            for (int32_t c = 0; c < p->channels; ++c) {
                *out++ = (int16_t)mcutk_clamp(mcutk_pool_highest(in + c, &window, p), p->act_min, p->act_max);
            }
        }
    }
}
