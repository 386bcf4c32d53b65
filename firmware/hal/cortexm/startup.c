/* Vector table, reset handler and fault handler of all Cortex-M chips. */
#include <stdbool.h>
#include <stdint.h>

#include "cortexm.h"
#include "hal.h"
#include "mcutk_config.h"
#include "uart.h"

#define STACK_PAINT 0xA5C35A3Cu
#define VECTORS (16u + UART_IRQ + 1u)
#define DRAIN_TRIES 1000000u

int main(void);
void hal_reset_handler(void);

/* Tells the host about a fault, waits until the bytes have left, and restarts the chip; an emulator ends there. */
__attribute__((noreturn, used)) static void report_fault(uint32_t exception) {
    hal_on_fault(exception & 0x1FFu);
    for (uint32_t tries = DRAIN_TRIES; tries > 0u && !uart_drained(); tries--) {
    }
    cpu_barrier();
    SCB_AIRCR = SCB_AIRCR_RESET;
    for (;;) {
    }
}

/* A crash must never look like success. The stack may have overflowed, so that the report gets the whole stack again. */
__attribute__((naked)) static void fault_handler(void) {
    __asm volatile(
        ".syntax unified\n\t"
        "ldr r0, =link_stack_top\n\t"
        "mov sp, r0\n\t"
        "mrs r0, ipsr\n\t"
        "ldr r1, =report_fault\n\t"
        "bx r1\n\t"
        ".ltorg");
}

typedef union {
    const void *address;
    void (*handler)(void);
} vector;

__attribute__((section(".vectors"), used)) const vector hal_vectors[VECTORS] = {
    [0] = {.address = link_stack_top},
    [1] = {.handler = hal_reset_handler},
    [2] = {.handler = fault_handler}, /* NMI */
    [3] = {.handler = fault_handler}, /* HardFault */
    [4] = {.handler = fault_handler}, /* MemManage */
    [5] = {.handler = fault_handler}, /* BusFault */
    [6] = {.handler = fault_handler}, /* UsageFault */
    [7] = {.handler = fault_handler}, /* SecureFault */
    [11] = {.handler = fault_handler},
    [12] = {.handler = fault_handler},
    [14] = {.handler = fault_handler},
    [15] = {.handler = hal_systick_handler},
    [16 + UART_IRQ] = {.handler = hal_uart_handler},
};

/* Fills the unused stack with a pattern, by which hal_stack_peak() finds how much was used. */
__attribute__((noinline)) static void paint_stack(void) {
    volatile uint32_t *here = (volatile uint32_t *)__builtin_frame_address(0) - 16;
    for (volatile uint32_t *word = link_stack_bottom; word < here; word++) {
        *word = STACK_PAINT;
    }
}

uint32_t hal_stack_peak(void) {
    const volatile uint32_t *word = link_stack_bottom;
    while (word < link_stack_top && *word == STACK_PAINT) {
        word++;
    }
    return (uint32_t)((uintptr_t)link_stack_top - (uintptr_t)word);
}

#if MCUTK_CACHES
/* Invalidates both caches, then turns them on. A line of the data cache has its way in bits 31..30 and its set from bit 5 on:
 * four ways of 32-byte lines, as on a Cortex-M7. */
static void caches_on(void) {
    SCB_ICIALLU = 0u;
    SCB_CSSELR = 0u;
    cpu_barrier();
    const uint32_t size = SCB_CCSIDR;
    const uint32_t sets = ((size >> 13) & 0x7FFFu) + 1u;
    const uint32_t ways = ((size >> 3) & 0x3FFu) + 1u;
    for (uint32_t set = 0; set < sets; set++) {
        for (uint32_t way = 0; way < ways; way++) {
            SCB_DCISW = (way << 30) | (set << 5);
        }
    }
    cpu_barrier();
    SCB_CCR |= SCB_CCR_DC | SCB_CCR_IC;
    cpu_barrier();
}
#endif

static void copy_variables(void) {
    const volatile uint32_t *from = link_data_load;
    for (volatile uint32_t *to = link_data_start; to < link_data_end; to++) {
        *to = *from++;
    }
    for (volatile uint32_t *to = link_bss_start; to < link_bss_end; to++) {
        *to = 0u;
    }
}

/* A bootloader may have run before: turns its interrupts off and installs this vector table. */
__attribute__((noreturn)) void hal_reset_handler(void) {
    cpu_irq_off();
#if !defined(__ARM_ARCH_6M__)
    SCB_VTOR = (uint32_t)(uintptr_t)hal_vectors;
    for (uint32_t n = 0; n < 8u; n++) {
        NVIC_ICER(n) = 0xFFFFFFFFu;
        NVIC_ICPR(n) = 0xFFFFFFFFu;
    }
#else
    NVIC_ICER(0) = 0xFFFFFFFFu;
    NVIC_ICPR(0) = 0xFFFFFFFFu;
#endif
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    SCB_CPACR |= SCB_CPACR_CP10_CP11;
    cpu_barrier();
#endif
#if MCUTK_CACHES
    caches_on();
#endif
    paint_stack();
    copy_variables();
    cpu_irq_on();
    (void)main();
    fault_handler();
    for (;;) {
    }
}
