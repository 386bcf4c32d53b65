/* The portable interface between the bench application and a chip. A port provides these eight functions; a port to another
 * Cortex-M chip needs only the four of cortexm/uart.h, because cortexm/ implements the rest. docs/porting.md explains how.
 *
 * Contract:
 *   - The application calls all functions from one thread, never from an interrupt. hal_init() is called once, before the
 *     others.
 *   - hal_getc() and hal_putc() never wait. The application calls them again until they succeed.
 *   - Bytes that arrive while the application computes are kept in a receive buffer of MCUTK_RING bytes. Where more can
 *     arrive, the board's descriptor says `overlap = "pause"`, and the host sends no more than these.
 *   - hal_timed_begin() and hal_timed_end() enclose the timed region. No interrupt but the timer's own runs in between, so
 *     that the count depends on the code alone. Regions do not nest.
 *   - A tick is one cycle on a chip. On an emulator its length is measured: hal_calibration_loop() runs a loop of known
 *     length in a timed region.
 *   - Figures that a port cannot know are 0, never a guess.
 *   - A fault never looks like success: the port calls hal_on_fault(), which the application provides, on a stack that is
 *     intact, and restarts the chip. An emulator ends at that restart.
 */
#ifndef MCUTK_HAL_H
#define MCUTK_HAL_H

#include <stdbool.h>
#include <stdint.h>

/* RAM in bytes. */
typedef struct {
    uint32_t static_bytes; /* initialized and zeroed variables, without arena and stack */
    uint32_t stack_bytes;  /* reserved for the stack; 0 if unknown */
    uint32_t stack_peak;   /* deepest use since reset; 0 if unknown */
} hal_ram_use;

/* Starts clocks, serial port and timer. */
void hal_init(void);

/* The next received byte 0..255, or -1 if there is none. */
int hal_getc(void);

/* Gives a byte to the transmitter; false if it has no room now. */
bool hal_putc(uint8_t byte);

/* Sleeps until a byte may have arrived; may return early. */
void hal_wait(void);

/* Masks the receive interrupt and starts the timer at zero. */
void hal_timed_begin(void);

/* Stops the timer and unmasks the receive interrupt. Returns the ticks since hal_timed_begin(). */
uint64_t hal_timed_end(void);

/* Runs a loop and returns the instructions that it executed; 0 where they cannot be known. */
uint32_t hal_calibration_loop(void);

/* RAM in use. */
void hal_ram(hal_ram_use *use);

/* Provided by the application: tells the host that the chip took an exception, by its number, before it restarts. */
void hal_on_fault(uint32_t exception);

#endif
