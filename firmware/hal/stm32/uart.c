/* Serial port of STM32F1 and STM32F4. Macros of the board: UART_BASE, UART_IRQ, UART_CLOCK_HZ (clock of the USART's bus),
 * STM32F1 or STM32F4, and USART2 to use that port instead of USART1; a Nucleo board's debug probe connects it to USB.
 * The chip stays on the internal oscillator of its reset: a latency in cycles does not depend on the clock's rate. */
#include "uart.h"

#include "mcutk_config.h"
#include "stm32.h"

#if !defined(STM32F1) && !defined(STM32F4)
#error "define STM32F1 or STM32F4 in the board descriptor"
#endif

/* `value` in the field of `mask` at bit `shift`. */
static inline uint32_t with_field(uint32_t word, uint32_t mask, uint32_t shift, uint32_t value) {
    return (word & ~(mask << shift)) | (value << shift);
}

#if defined(STM32F1)
/* USART1: PA9 transmits, PA10 receives. */
static void pins_init(void) {
    RCC_APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_USART1EN;
    uint32_t crh = GPIOA_CRH;
    crh = with_field(crh, GPIO_CR_MASK, GPIO_CR_SHIFT(9u), GPIO_CR_ALTERNATE_PUSH_PULL_50MHZ);
    crh = with_field(crh, GPIO_CR_MASK, GPIO_CR_SHIFT(10u), GPIO_CR_FLOATING_INPUT);
    GPIOA_CRH = crh;
}
#else
#if defined(USART2)
#define PIN_TX 2u /* PA2 transmits, PA3 receives */
#define PIN_RX 3u
#define GPIOA_AFR GPIOA_AFRL
#else
#define PIN_TX 9u /* USART1: PA9 transmits, PA10 receives */
#define PIN_RX 10u
#define GPIOA_AFR GPIOA_AFRH
#endif

static void pins_init(void) {
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOAEN;
#if defined(USART2)
    RCC_APB1ENR |= RCC_APB1ENR_USART2EN;
#else
    RCC_APB2ENR |= RCC_APB2ENR_USART1EN;
#endif
    uint32_t afr = GPIOA_AFR;
    afr = with_field(afr, GPIO_AFR_MASK, GPIO_AFR_SHIFT(PIN_TX), GPIO_AFR_USART);
    afr = with_field(afr, GPIO_AFR_MASK, GPIO_AFR_SHIFT(PIN_RX), GPIO_AFR_USART);
    GPIOA_AFR = afr;
    uint32_t moder = GPIOA_MODER;
    moder = with_field(moder, GPIO_MODER_MASK, GPIO_MODER_SHIFT(PIN_TX), GPIO_MODER_ALTERNATE);
    moder = with_field(moder, GPIO_MODER_MASK, GPIO_MODER_SHIFT(PIN_RX), GPIO_MODER_ALTERNATE);
    GPIOA_MODER = moder;
}
#endif

void uart_init(void) {
    pins_init();
    USART_BRR = (UART_CLOCK_HZ + MCUTK_BAUD / 2u) / MCUTK_BAUD;
    USART_CR1 = USART_CR1_UE | USART_CR1_RXNEIE | USART_CR1_TE | USART_CR1_RE;
}

int uart_take(void) { return (USART_SR & USART_SR_RXNE) != 0u ? (int)(USART_DR & 0xFFu) : -1; }

bool uart_put(uint8_t byte) {
    if ((USART_SR & USART_SR_TXE) == 0u) {
        return false;
    }
    USART_DR = byte;
    return true;
}

bool uart_drained(void) { return (USART_SR & USART_SR_TC) != 0u; }
