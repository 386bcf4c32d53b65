/* The whole porting surface. To bring the bench application to a new chip, provide these nine functions; a Cortex-M needs
 * only the four of cortexm/uart.h. docs/porting.md walks through it.
 *
 * All functions are called from one thread, never from an interrupt.
 */
#ifndef MCUTK_HAL_H
#define MCUTK_HAL_H

#include <stdbool.h>
#include <stdint.h>

/* RAM in bytes. */
typedef struct {
    uint32_t static_bytes; /* initialised and zeroed variables, without arena and stack */
    uint32_t stack_bytes;  /* reserved for the stack; 0 if unknown */
    uint32_t stack_peak;   /* deepest use since reset; 0 if unknown */
} hal_ram_use;

/* Clocks, serial port, timer. Called once, first. */
void hal_init(void);

/* The next received byte 0..255, or -1 if there is none. Never waits. */
int hal_getc(void);

/* Hands a byte to the transmitter. False if it has no room now: try again. Never waits. */
bool hal_putc(uint8_t byte);

/* Sleeps until a byte may have arrived; may return early. */
void hal_wait(void);

/* Starts a timed region: masks the receive interrupt, so that the count depends on the code alone, and sets the timer to
 * zero. Regions do not nest. */
void hal_timed_begin(void);

/* Ends the region: ticks since hal_timed_begin(). Unmasks the receive interrupt. */
uint64_t hal_timed_end(void);

/* Runs a loop of known length and returns how many instructions it executed, or 0 where that cannot be known. The host
 * learns from it what one tick stands for. */
uint32_t hal_calibration_loop(void);

/* RAM in use. */
void hal_ram(hal_ram_use *use);

/* Restarts the chip after the transmitter is empty. Returns only where the platform cannot. */
void hal_reset(void);

#endif
