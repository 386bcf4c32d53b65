/* hal.h for all Cortex-M chips: receive buffer, SysTick as the timer, sleep, reset. The chip family has the serial port: uart.h. */
#include "hal.h"

#include "cortexm.h"
#include "mcutk_config.h"
#include "uart.h"

#define RING_MASK (MCUTK_RING - 1u)
#define SYSTICK_SPAN 0x1000000u
#define CALIBRATION_LOOPS 2000000u

_Static_assert((MCUTK_RING & RING_MASK) == 0u, "the size of the ring is a power of two");

static uint8_t ring[MCUTK_RING];
static volatile uint32_t ring_head; /* bytes received; only the interrupt writes it */
static volatile uint32_t ring_tail; /* bytes taken; only the main thread writes it */
static volatile bool ring_stalled;  /* the interrupt is masked because the ring was full */
static volatile uint32_t systick_wraps;

static void uart_irq_enable(void) { NVIC_ISER(UART_IRQ / 32u) = 1u << (UART_IRQ % 32u); }
static void uart_irq_disable(void) { NVIC_ICER(UART_IRQ / 32u) = 1u << (UART_IRQ % 32u); }

void hal_systick_handler(void) { systick_wraps = systick_wraps + 1u; }

/* Takes one byte per interrupt: the interrupt is raised again while there are more, and on an emulator every access to a
 * register is slow. Takes no byte without room for it, so that a transport with flow control loses none. */
void hal_uart_handler(void) {
    const uint32_t head = ring_head;
    if (head - ring_tail == MCUTK_RING) {
        ring_stalled = true;
        uart_irq_disable();
        return;
    }
    const int byte = uart_take();
    if (byte >= 0) {
        ring[head & RING_MASK] = (uint8_t)byte;
        ring_head = head + 1u;
    }
}

void hal_init(void) {
    uart_init();
    uart_irq_enable();
}

int hal_getc(void) {
    const uint32_t tail = ring_tail;
    if (ring_head == tail) {
        return -1;
    }
    const int byte = ring[tail & RING_MASK];
    ring_tail = tail + 1u;
    if (ring_stalled && ring_head - ring_tail <= MCUTK_RING / 2u) {
        ring_stalled = false;
        uart_irq_enable();
    }
    return byte;
}

bool hal_putc(uint8_t byte) { return uart_put(byte); }

void hal_wait(void) {
    cpu_irq_off(); /* a byte between test and sleep is not missed: wfi wakes on a pending masked interrupt */
    if (ring_head == ring_tail) {
        cpu_wfi();
    }
    cpu_irq_on();
}

void hal_timed_begin(void) {
    uart_irq_disable();
    cpu_barrier();
    systick_wraps = 0u;
    SYST_RVR = SYSTICK_SPAN - 1u;
    SYST_CVR = 0u;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

uint64_t hal_timed_end(void) {
    uint32_t wraps, down;
    do {
        wraps = systick_wraps;
        down = SYST_CVR;
    } while (wraps != systick_wraps);
    SYST_CSR = 0u;
    if (!ring_stalled) {
        uart_irq_enable();
    }
    return (uint64_t)wraps * SYSTICK_SPAN + ((0u - down) & (SYSTICK_SPAN - 1u));
}

uint32_t hal_calibration_loop(void) {
    uint32_t left = CALIBRATION_LOOPS;
    __asm volatile(
        ".syntax unified\n\t"
        ".p2align 2\n"
        "1:\n\t"
        "subs %0, %0, #1\n\t"
        "bne 1b"
        : "+l"(left)
        :
        : "cc");
    return 2u * CALIBRATION_LOOPS;
}

void hal_ram(hal_ram_use *use) {
    const uintptr_t data = (uintptr_t)link_data_end - (uintptr_t)link_data_start;
    const uintptr_t bss = (uintptr_t)link_bss_end - (uintptr_t)link_bss_start;
    use->static_bytes = (uint32_t)(data + bss);
    use->stack_bytes = (uint32_t)((uintptr_t)link_stack_top - (uintptr_t)link_stack_bottom);
    use->stack_peak = hal_stack_peak();
}
