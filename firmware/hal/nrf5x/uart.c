/* Nordic nRF51 and nRF52: the UART register block that both families have (nRF51 Series Reference Manual, chapter 29;
 * nRF52840 Product Specification, "UART"). Macros: UART_BASE, UART_IRQ, PIN_RX, PIN_TX (pin + 32 * port), UART_BAUDRATE
 * (register value, 0x01D7E000 is 115,200), CLOCK_BASE; ICACHE_ENABLE (NVMC register, nRF52 alone). */
#include "uart.h"

#include "cortexm.h"
#include "mcutk_config.h"

#define UART_REG(offset) REG32(UART_BASE + (offset))
#define TASKS_STARTRX UART_REG(0x000u)
#define TASKS_STARTTX UART_REG(0x008u)
#define EVENTS_RXDRDY UART_REG(0x108u)
#define EVENTS_TXDRDY UART_REG(0x11Cu)
#define EVENTS_ERROR UART_REG(0x124u)
#define INTENSET UART_REG(0x304u)
#define ERRORSRC UART_REG(0x480u)
#define ENABLE UART_REG(0x500u)
#define PSELTXD UART_REG(0x50Cu)
#define PSELRXD UART_REG(0x514u)
#define RXD UART_REG(0x518u)
#define TXD UART_REG(0x51Cu)
#define BAUDRATE UART_REG(0x524u)
#define CONFIG UART_REG(0x56Cu)
#define HFCLKSTART REG32(CLOCK_BASE + 0x000u)
#define HFCLKSTARTED REG32(CLOCK_BASE + 0x100u)
#define START_PATIENCE 1000000u

static bool transmitting;

/* The transmit pin idles high before the peripheral takes it over. */
static void pins_init(void) {
    const uint32_t port = PIN_TX >= 32 ? 0x50000300u : 0x50000000u;
    REG32(port + 0x508u) = 1u << (PIN_TX % 32);                    /* OUTSET */
    REG32(port + 0x700u + 4u * (uint32_t)(PIN_TX % 32)) = 0x3u;    /* PIN_CNF: output, input buffer off */
    const uint32_t rx_port = PIN_RX >= 32 ? 0x50000300u : 0x50000000u;
    REG32(rx_port + 0x700u + 4u * (uint32_t)(PIN_RX % 32)) = 0xCu; /* input, pull-up: an open line reads idle */
}

void uart_init(void) {
#if defined(ICACHE_ENABLE)
    REG32(ICACHE_ENABLE) = 1u; /* off after reset: code would run at the speed of the flash */
#endif
    HFCLKSTARTED = 0u;
    HFCLKSTART = 1u; /* the crystal: the internal oscillator is too far off for a UART */
    for (uint32_t i = 0; i < START_PATIENCE && HFCLKSTARTED == 0u; i++) {
    }
    pins_init();
    ENABLE = 0u;
    PSELTXD = PIN_TX;
    PSELRXD = PIN_RX;
    BAUDRATE = UART_BAUDRATE;
    CONFIG = 0u; /* no parity, no flow control */
    EVENTS_RXDRDY = 0u;
    EVENTS_TXDRDY = 0u;
    ENABLE = 4u;
    INTENSET = 1u << 2; /* RXDRDY */
    TASKS_STARTRX = 1u;
    TASKS_STARTTX = 1u;
}

int uart_take(void) {
    if (EVENTS_ERROR != 0u) {
        EVENTS_ERROR = 0u;
        ERRORSRC = ERRORSRC;
    }
    if (EVENTS_RXDRDY == 0u) {
        return -1;
    }
    EVENTS_RXDRDY = 0u;
    return (int)(RXD & 0xFFu);
}

bool uart_put(uint8_t byte) {
    if (!uart_drained()) {
        return false;
    }
    transmitting = true;
    TXD = byte;
    return true;
}

bool uart_drained(void) {
    if (transmitting && EVENTS_TXDRDY != 0u) {
        EVENTS_TXDRDY = 0u;
        transmitting = false;
    }
    return !transmitting;
}
