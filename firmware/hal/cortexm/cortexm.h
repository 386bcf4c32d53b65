/* Core registers of Armv6-M, Armv7-M and Armv8-M that the HAL touches, and small wrappers of instructions. */
#ifndef MCUTK_CORTEXM_H
#define MCUTK_CORTEXM_H

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define SYST_CSR REG32(0xE000E010u)
#define SYST_RVR REG32(0xE000E014u)
#define SYST_CVR REG32(0xE000E018u)
#define NVIC_ISER(n) REG32(0xE000E100u + 4u * (n))
#define NVIC_ICER(n) REG32(0xE000E180u + 4u * (n))
#define NVIC_ICPR(n) REG32(0xE000E280u + 4u * (n))
#define SCB_VTOR REG32(0xE000ED08u)
#define SCB_AIRCR REG32(0xE000ED0Cu)
#define SCB_CCR REG32(0xE000ED14u)
#define SCB_CCSIDR REG32(0xE000ED80u)
#define SCB_CSSELR REG32(0xE000ED84u)
#define SCB_CPACR REG32(0xE000ED88u)
#define SCB_ICIALLU REG32(0xE000EF50u)
#define SCB_DCISW REG32(0xE000EF60u)

static inline void cpu_irq_off(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void cpu_irq_on(void) { __asm volatile("cpsie i" ::: "memory"); }
static inline void cpu_wfi(void) { __asm volatile("wfi" ::: "memory"); }
static inline void cpu_barrier(void) { __asm volatile("dsb\n\tisb" ::: "memory"); }

/* Set by startup.c's linker script. */
extern uint32_t link_stack_bottom[], link_stack_top[];
extern uint32_t link_data_load[], link_data_start[], link_data_end[];
extern uint32_t link_bss_start[], link_bss_end[];

/* Entries of the vector table that hal_cortexm.c fills. */
void hal_systick_handler(void);
void hal_uart_handler(void);

#endif
