#include "inference.h"

#include <string.h>

#include "hal.h"
#include "mcutk_config.h"
#include "mcutk_model.h"

/* The only activation buffer. Its section is neither loaded nor zeroed: mcutk_model_reset() initializes what has to be. */
#if MCUTK_ARENA_SECTION
__attribute__((section(".bss.mcutk_arena")))
#endif
static _Alignas(MCUTK_MODEL_ARENA_ALIGN) uint8_t arena[MCUTK_MODEL_ARENA_BYTES];

typedef struct {
    uint8_t *start;
    uint32_t bytes;
} input_tensor;

typedef struct {
    const uint8_t *start;
    uint32_t bytes;
} output_tensor;

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

void inference_reset(void) {
    memset(arena, 0, sizeof arena);
    mcutk_model_reset(arena);
}

/* Zeroes the bytes from `at` to `end` that lie on no output. */
static void inference_wipe(uint8_t *at, const uint8_t *end) {
    const output_tensor outputs[] = MCUTK_OUTPUTS(arena);
    while (at < end) {
        const uint8_t *stop = end;    /* start of the next output */
        const uint8_t *resume = at;   /* end of the output that `at` lies on */
        for (uint32_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
            const uint8_t *const start = outputs[i].start;
            if (start <= at && at < start + outputs[i].bytes) {
                resume = start + outputs[i].bytes;
            } else if (start > at && start < stop) {
                stop = start;
            }
        }
        if (resume > at) {
            at += resume - at;
        } else {
            memset(at, 0, (size_t)(stop - at));
            at += stop - at;
        }
    }
}

void inference_wipe_inputs(void) {
    const input_tensor inputs[] = MCUTK_INPUTS(arena);
    for (uint32_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        inference_wipe(inputs[i].start, inputs[i].start + inputs[i].bytes);
    }
}

void inference_store(uint32_t offset, const uint8_t *data, uint32_t count) {
    const input_tensor tensors[] = MCUTK_INPUTS(arena);
    for (uint32_t i = 0; i < sizeof tensors / sizeof tensors[0] && count > 0u; i++) {
        if (offset >= tensors[i].bytes) {
            offset -= tensors[i].bytes;
            continue;
        }
        const uint32_t piece = smaller(count, tensors[i].bytes - offset);
        memcpy(tensors[i].start + offset, data, piece);
        data += piece;
        count -= piece;
        offset = 0u;
    }
}

void inference_write_output(frame_writer *writer, uint32_t offset, uint32_t count) {
    const output_tensor tensors[] = MCUTK_OUTPUTS(arena);
    for (uint32_t i = 0; i < sizeof tensors / sizeof tensors[0] && count > 0u; i++) {
        if (offset >= tensors[i].bytes) {
            offset -= tensors[i].bytes;
            continue;
        }
        const uint32_t piece = smaller(count, tensors[i].bytes - offset);
        frame_bytes(writer, tensors[i].start + offset, piece);
        count -= piece;
        offset = 0u;
    }
}

uint64_t inference_run(void) {
    hal_timed_begin();
    mcutk_model_invoke(arena);
    return hal_timed_end();
}

#if MCUTK_MODEL_STEPS
uint32_t inference_steps(void) { return (uint32_t)mcutk_model_step_count(); }

uint64_t inference_step(uint32_t index) {
    hal_timed_begin();
    mcutk_model_step(arena, (int)index);
    return hal_timed_end();
}
#else
uint32_t inference_steps(void) { return 0u; }

uint64_t inference_step(uint32_t index) {
    (void)index;
    return 0u;
}
#endif

uint32_t inference_arena_bytes(void) { return (uint32_t)sizeof arena; }

uint32_t inference_arena_crc(uint32_t offset, uint32_t count) { return crc32_update(0u, arena + offset, count); }
