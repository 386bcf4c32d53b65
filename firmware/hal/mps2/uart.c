/* Arm MPS2 and MPS3 boards: CMSDK APB UART (Arm DDI 0479, chapter 4.3).
 * Macros: UART_BASE, UART_IRQ (receive), UART_CLOCK_HZ. */
#include "uart.h"

#include "cortexm.h"
#include "mcutk_config.h"

#define UART_DATA REG32(UART_BASE + 0x00u)
#define UART_STATE REG32(UART_BASE + 0x04u)
#define UART_CTRL REG32(UART_BASE + 0x08u)
#define UART_INTCLEAR REG32(UART_BASE + 0x0Cu)
#define UART_BAUDDIV REG32(UART_BASE + 0x10u)
#define TX_FULL 1u
#define RX_FULL 2u

void uart_init(void) {
    UART_BAUDDIV = UART_CLOCK_HZ / MCUTK_BAUD;
    UART_CTRL = 0x1u | 0x2u | 0x8u; /* transmit, receive, receive interrupt */
}

/* The interrupt says that there is a byte; the cause is cleared first, so that the next byte's is not. */
int uart_take(void) {
    UART_INTCLEAR = 0x2u;
    return (int)(UART_DATA & 0xFFu);
}

bool uart_put(uint8_t byte) {
    if ((UART_STATE & TX_FULL) != 0u) {
        return false;
    }
    UART_DATA = byte;
    return true;
}

bool uart_drained(void) { return (UART_STATE & TX_FULL) == 0u; }
