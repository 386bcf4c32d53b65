/* The serial port of a Cortex-M chip family; cortexm/hal_cortexm.c implements the rest of hal.h on top of it. The macros of
 * [hal.defines] in the board's descriptor come from mcutk_config.h: UART_BASE, UART_IRQ and those that the family lists. */
#ifndef MCUTK_UART_H
#define MCUTK_UART_H

#include <stdbool.h>
#include <stdint.h>

/* Sets up clocks and pins of the port, turns receiver and transmitter on, and enables the receive interrupt in the
 * peripheral. The caller enables it in the NVIC. */
void uart_init(void);

/* Called from the receive interrupt: clears its cause and returns one byte 0..255, or -1 if there was none. Further bytes in
 * the peripheral raise the interrupt again. */
int uart_take(void);

/* Gives a byte to the transmitter; false if it is full. */
bool uart_put(uint8_t byte);

/* True once the last byte has been sent. */
bool uart_drained(void);

#endif
