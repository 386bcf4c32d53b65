/* STM32F1 and F4: USART. Macros: UART_BASE, UART_IRQ, UART_CLOCK_HZ (clock of its bus), STM32F1 or STM32F4, and USART2 to take
 * that port, which the debug probe of a Nucleo board carries to USB, instead of USART1.
 * The chip stays on the internal oscillator it resets to: no PLL to wait for, and cycles are cycles at any speed. */
#include "uart.h"

#include "cortexm.h"
#include "mcutk_config.h"

#define USART_SR REG32(UART_BASE + 0x00u)
#define USART_DR REG32(UART_BASE + 0x04u)
#define USART_BRR REG32(UART_BASE + 0x08u)
#define USART_CR1 REG32(UART_BASE + 0x0Cu)
#define SR_RXNE (1u << 5)
#define SR_TC (1u << 6)
#define SR_TXE (1u << 7)

#if defined(STM32F4) && defined(USART2)
/* USART2 on PA2 (transmit) and PA3 (receive), alternate function 7. */
static void board_init(void) {
    REG32(0x40023830u) |= 1u << 0;  /* RCC_AHB1ENR: GPIOA */
    REG32(0x40023840u) |= 1u << 17; /* RCC_APB1ENR: USART2 */
    REG32(0x40020020u) = (REG32(0x40020020u) & ~0x0000FF00u) | 0x00007700u;
    REG32(0x40020000u) = (REG32(0x40020000u) & ~0x000000F0u) | 0x000000A0u;
}
#elif defined(STM32F4)
/* USART1 on PA9 (transmit) and PA10 (receive), alternate function 7. */
static void board_init(void) {
    REG32(0x40023830u) |= 1u << 0; /* RCC_AHB1ENR: GPIOA */
    REG32(0x40023844u) |= 1u << 4; /* RCC_APB2ENR: USART1 */
    REG32(0x40020024u) = (REG32(0x40020024u) & ~0x00000FF0u) | 0x00000770u;
    REG32(0x40020000u) = (REG32(0x40020000u) & ~0x003C0000u) | 0x00280000u;
}
#elif defined(STM32F1)
/* USART1 on PA9 (transmit, alternate push-pull) and PA10 (floating input). */
static void board_init(void) {
    REG32(0x40021018u) |= (1u << 2) | (1u << 14); /* RCC_APB2ENR: GPIOA, USART1 */
    REG32(0x40010804u) = (REG32(0x40010804u) & ~0x00000FF0u) | 0x000004B0u;
}
#else
#error "define STM32F1 or STM32F4 in the board descriptor"
#endif

void uart_init(void) {
    board_init();
    USART_BRR = (UART_CLOCK_HZ + MCUTK_BAUD / 2u) / MCUTK_BAUD;
    USART_CR1 = (1u << 13) | (1u << 5) | (1u << 3) | (1u << 2); /* on, receive interrupt, transmit, receive */
}

int uart_take(void) { return (USART_SR & SR_RXNE) != 0u ? (int)(USART_DR & 0xFFu) : -1; }

bool uart_put(uint8_t byte) {
    if ((USART_SR & SR_TXE) == 0u) {
        return false;
    }
    USART_DR = byte;
    return true;
}

bool uart_drained(void) { return (USART_SR & SR_TC) != 0u; }
