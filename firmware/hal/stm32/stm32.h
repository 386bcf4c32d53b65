/* Registers of STM32F1 and STM32F4 that the HAL uses. Names, offsets and bits: ST RM0008 (F1), chapters 7 RCC, 9 GPIO and
 * 27 USART; ST RM0090 (F4), chapters 7 RCC, 8 GPIO and 30 USART. */
#ifndef MCUTK_STM32_H
#define MCUTK_STM32_H

#include "cortexm.h"

/* USART, alike in both families */
#define USART_SR REG32(UART_BASE + 0x00u)
#define USART_SR_RXNE (1u << 5) /* a byte was received */
#define USART_SR_TC (1u << 6)   /* the last byte was sent */
#define USART_SR_TXE (1u << 7)  /* the transmitter takes a byte */
#define USART_DR REG32(UART_BASE + 0x04u)
#define USART_BRR REG32(UART_BASE + 0x08u) /* bus clock / baud rate */
#define USART_CR1 REG32(UART_BASE + 0x0Cu)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_UE (1u << 13)

#if defined(STM32F1)
#define RCC_BASE 0x40021000u
#define RCC_APB2ENR REG32(RCC_BASE + 0x18u)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define GPIOA_BASE 0x40010800u
#define GPIOA_CRH REG32(GPIOA_BASE + 0x04u)        /* pins 8 to 15, four bits each: CNF and MODE */
#define GPIO_CR_SHIFT(pin) (4u * ((pin) % 8u))
#define GPIO_CR_MASK 0xFu
#define GPIO_CR_ALTERNATE_PUSH_PULL_50MHZ 0xBu
#define GPIO_CR_FLOATING_INPUT 0x4u
#else
#define RCC_BASE 0x40023800u
#define RCC_AHB1ENR REG32(RCC_BASE + 0x30u)
#define RCC_AHB1ENR_GPIOAEN (1u << 0)
#define RCC_APB1ENR REG32(RCC_BASE + 0x40u)
#define RCC_APB1ENR_USART2EN (1u << 17)
#define RCC_APB2ENR REG32(RCC_BASE + 0x44u)
#define RCC_APB2ENR_USART1EN (1u << 4)
#define GPIOA_BASE 0x40020000u
#define GPIOA_MODER REG32(GPIOA_BASE + 0x00u)      /* two bits per pin */
#define GPIO_MODER_SHIFT(pin) (2u * (pin))
#define GPIO_MODER_MASK 0x3u
#define GPIO_MODER_ALTERNATE 0x2u
#define GPIOA_AFRL REG32(GPIOA_BASE + 0x20u)       /* pins 0 to 7, four bits each */
#define GPIOA_AFRH REG32(GPIOA_BASE + 0x24u)       /* pins 8 to 15, four bits each */
#define GPIO_AFR_SHIFT(pin) (4u * ((pin) % 8u))
#define GPIO_AFR_MASK 0xFu
#define GPIO_AFR_USART 0x7u                        /* AF7: USART1 to USART3 */
#endif

#endif
