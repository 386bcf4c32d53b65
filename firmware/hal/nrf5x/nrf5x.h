/* Registers of Nordic's nRF51 and nRF52 that the HAL uses. Names and offsets: nRF51 Series Reference Manual 3.0, "GPIO",
 * "CLOCK" and "UART"; nRF52840 Product Specification 1.1, 6.9 GPIO, 5.4 CLOCK, 4.3 NVMC and 6.33 UART. */
#ifndef MCUTK_NRF5X_H
#define MCUTK_NRF5X_H

#include "cortexm.h"

/* UART; the nRF52 keeps this block of the nRF51 beside the newer UARTE */
#define UART_TASKS_STARTRX REG32(UART_BASE + 0x000u)
#define UART_TASKS_STARTTX REG32(UART_BASE + 0x008u)
#define UART_EVENTS_RXDRDY REG32(UART_BASE + 0x108u)
#define UART_EVENTS_TXDRDY REG32(UART_BASE + 0x11Cu)
#define UART_EVENTS_ERROR REG32(UART_BASE + 0x124u)
#define UART_INTENSET REG32(UART_BASE + 0x304u)
#define UART_INTENSET_RXDRDY (1u << 2)
#define UART_ERRORSRC REG32(UART_BASE + 0x480u)
#define UART_ENABLE REG32(UART_BASE + 0x500u)
#define UART_ENABLE_DISABLED 0u
#define UART_ENABLE_ENABLED 4u
#define UART_PSELTXD REG32(UART_BASE + 0x50Cu)
#define UART_PSELRXD REG32(UART_BASE + 0x514u)
#define UART_RXD REG32(UART_BASE + 0x518u)
#define UART_TXD REG32(UART_BASE + 0x51Cu)
#define UART_BAUDRATE REG32(UART_BASE + 0x524u)
#define UART_CONFIG REG32(UART_BASE + 0x56Cu) /* 0: no parity, no flow control */

/* CLOCK */
#define CLOCK_TASKS_HFCLKSTART REG32(CLOCK_BASE + 0x000u)
#define CLOCK_EVENTS_HFCLKSTARTED REG32(CLOCK_BASE + 0x100u)

/* GPIO: pin numbers count on from port 0 to port 1, 32 pins each */
#define GPIO_BASE(pin) ((pin) >= 32u ? 0x50000300u : 0x50000000u)
#define GPIO_OUTSET(pin) REG32(GPIO_BASE(pin) + 0x508u)
#define GPIO_PIN_CNF(pin) REG32(GPIO_BASE(pin) + 0x700u + 4u * ((pin) % 32u))
#define GPIO_PIN_CNF_DIR_OUTPUT (1u << 0)
#define GPIO_PIN_CNF_INPUT_DISCONNECT (1u << 1)
#define GPIO_PIN_CNF_PULL_UP (3u << 2)

/* NVMC, nRF52 only */
#define NVMC_ICACHECNF REG32(NVMC_BASE + 0x540u)
#define NVMC_ICACHECNF_CACHEEN 1u

#endif
