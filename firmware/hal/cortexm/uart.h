/* What a Cortex-M family provides; cortexm/hal_cortexm.c does the rest. The descriptor's [hal] defines reach the sources as
 * macros: UART_BASE, UART_IRQ, and what the family documents. */
#ifndef MCUTK_UART_H
#define MCUTK_UART_H

#include <stdbool.h>
#include <stdint.h>

/* Clocks and pins as far as the port needs them; receiver and transmitter on, receive interrupt enabled in the peripheral
 * (the NVIC is the caller's). */
void uart_init(void);

/* Called from the receive interrupt: clears its cause and gives one byte, or -1 if there was none. More bytes in the
 * peripheral raise the interrupt again. */
int uart_take(void);

/* Hands over a byte; false if the transmitter is full. */
bool uart_put(uint8_t byte);

/* True once the last byte has left. */
bool uart_drained(void);

#endif
