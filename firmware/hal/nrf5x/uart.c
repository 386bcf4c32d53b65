/* Serial port of Nordic's nRF51 and nRF52. Macros of the board: UART_BASE, UART_IRQ, CLOCK_BASE, PIN_RX and PIN_TX (pin + 32 *
 * port), UART_BAUDRATE_VALUE (for the register BAUDRATE: 0x01D7E000 is 115,200); NVMC_BASE on an nRF52. */
#include "uart.h"

#include "mcutk_config.h"
#include "nrf5x.h"

#define START_ATTEMPTS 1000000u

static bool transmitting;

/* The transmit pin idles high until the peripheral drives it. An open receive line reads idle. */
static void pins_init(void) {
    GPIO_OUTSET(PIN_TX) = 1u << (PIN_TX % 32u);
    GPIO_PIN_CNF(PIN_TX) = GPIO_PIN_CNF_DIR_OUTPUT | GPIO_PIN_CNF_INPUT_DISCONNECT;
    GPIO_PIN_CNF(PIN_RX) = GPIO_PIN_CNF_PULL_UP;
}

/* Starts the crystal: the internal oscillator is not accurate enough for a UART. */
static void clock_init(void) {
    CLOCK_EVENTS_HFCLKSTARTED = 0u;
    CLOCK_TASKS_HFCLKSTART = 1u;
    for (uint32_t i = 0; i < START_ATTEMPTS && CLOCK_EVENTS_HFCLKSTARTED == 0u; i++) {
    }
}

void uart_init(void) {
#if defined(NVMC_BASE)
    NVMC_ICACHECNF = NVMC_ICACHECNF_CACHEEN; /* off after reset: code would run at the speed of the flash */
#endif
    clock_init();
    pins_init();
    UART_ENABLE = UART_ENABLE_DISABLED;
    UART_PSELTXD = PIN_TX;
    UART_PSELRXD = PIN_RX;
    UART_BAUDRATE = UART_BAUDRATE_VALUE;
    UART_CONFIG = 0u;
    UART_EVENTS_RXDRDY = 0u;
    UART_EVENTS_TXDRDY = 0u;
    UART_ENABLE = UART_ENABLE_ENABLED;
    UART_INTENSET = UART_INTENSET_RXDRDY;
    UART_TASKS_STARTRX = 1u;
    UART_TASKS_STARTTX = 1u;
}

int uart_take(void) {
    if (UART_EVENTS_ERROR != 0u) {
        UART_EVENTS_ERROR = 0u;
        UART_ERRORSRC = UART_ERRORSRC; /* writing a bit clears it */
    }
    if (UART_EVENTS_RXDRDY == 0u) {
        return -1;
    }
    UART_EVENTS_RXDRDY = 0u;
    return (int)(UART_RXD & 0xFFu);
}

bool uart_put(uint8_t byte) {
    if (!uart_drained()) {
        return false;
    }
    transmitting = true;
    UART_TXD = byte;
    return true;
}

bool uart_drained(void) {
    if (transmitting && UART_EVENTS_TXDRDY != 0u) {
        UART_EVENTS_TXDRDY = 0u;
        transmitting = false;
    }
    return !transmitting;
}
