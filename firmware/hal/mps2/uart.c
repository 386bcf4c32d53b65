/* Serial port of the Arm MPS2 and MPS3 boards: CMSDK APB UART (Arm DDI 0479, 4.3 "APB UART").
 * Macros of the board: UART_BASE, UART_IRQ (receive), UART_CLOCK_HZ. */
#include "uart.h"

#include "cortexm.h"
#include "mcutk_config.h"

#define UART_DATA REG32(UART_BASE + 0x00u)
#define UART_STATE REG32(UART_BASE + 0x04u)
#define UART_STATE_TX_FULL (1u << 0)
#define UART_CTRL REG32(UART_BASE + 0x08u)
#define UART_CTRL_TX_ENABLE (1u << 0)
#define UART_CTRL_RX_ENABLE (1u << 1)
#define UART_CTRL_RX_INTERRUPT (1u << 3)
#define UART_INTCLEAR REG32(UART_BASE + 0x0Cu)
#define UART_INTCLEAR_RX (1u << 1)
#define UART_BAUDDIV REG32(UART_BASE + 0x10u)

void uart_init(void) {
    UART_BAUDDIV = UART_CLOCK_HZ / MCUTK_BAUD;
    UART_CTRL = UART_CTRL_TX_ENABLE | UART_CTRL_RX_ENABLE | UART_CTRL_RX_INTERRUPT;
}

/* The interrupt says that there is a byte. Its cause is cleared before the byte is read, so that the next byte's is kept. */
int uart_take(void) {
    UART_INTCLEAR = UART_INTCLEAR_RX;
    return (int)(UART_DATA & 0xFFu);
}

bool uart_put(uint8_t byte) {
    if ((UART_STATE & UART_STATE_TX_FULL) != 0u) {
        return false;
    }
    UART_DATA = byte;
    return true;
}

bool uart_drained(void) { return (UART_STATE & UART_STATE_TX_FULL) == 0u; }
