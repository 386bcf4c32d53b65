/* The model, its arena and the timed region. Inputs and outputs of the model are one block of bytes each: the tensors one after
 * the other. Only this module calls the model. */
#ifndef MCUTK_INFERENCE_H
#define MCUTK_INFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/* Wipes the arena, and gives the model's variables their initial values. */
void inference_reset(void);

/* Copies `count` bytes to the inputs from `offset` on; both lie within MCUTK_INPUT_BYTES. */
void inference_store(uint32_t offset, const uint8_t *data, uint32_t count);

/* Writes `count` bytes of the outputs from `offset` on; both lie within MCUTK_OUTPUT_BYTES. */
void inference_write_output(frame_writer *writer, uint32_t offset, uint32_t count);

/* Wipes the inputs, but for bytes that an output lies on. */
void inference_wipe_inputs(void);

/* Runs the model once; returns the ticks that it took. */
uint64_t inference_run(void);

/* Number of steps that inference_step() can run; 0 if the image cannot run operator by operator. */
uint32_t inference_steps(void);

/* Runs step `index`, less than inference_steps(); returns the ticks that it took. */
uint64_t inference_step(uint32_t index);

/* Size of the arena in bytes. */
uint32_t inference_arena_bytes(void);

/* CRC-32 of `count` bytes of the arena from `offset` on; both lie within the arena. */
uint32_t inference_arena_crc(uint32_t offset, uint32_t count);

#endif
