/* Core registers of Armv6-M, Armv7-M and Armv8-M that the HAL uses, and wrappers of instructions. Names are those of the
 * Armv7-M Architecture Reference Manual (Arm DDI 0403E): B3.2 system control block, B3.3 SysTick, B3.4 NVIC. */
#ifndef MCUTK_CORTEXM_H
#define MCUTK_CORTEXM_H

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* SysTick (B3.3) */
#define SYST_CSR REG32(0xE000E010u)   /* control and status */
#define SYST_RVR REG32(0xE000E014u)   /* reload value, 24 bits */
#define SYST_CVR REG32(0xE000E018u)   /* current value; any write clears it */
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)    /* interrupt when the count reaches 0 */
#define SYST_CSR_CLKSOURCE (1u << 2)  /* the core's clock */

/* NVIC (B3.4): one bit per interrupt, 32 interrupts per register */
#define NVIC_ISER(n) REG32(0xE000E100u + 4u * (n)) /* enable */
#define NVIC_ICER(n) REG32(0xE000E180u + 4u * (n)) /* disable */
#define NVIC_ICPR(n) REG32(0xE000E280u + 4u * (n)) /* clear pending */

/* System control block (B3.2) */
#define SCB_VTOR REG32(0xE000ED08u)   /* address of the vector table */
#define SCB_AIRCR REG32(0xE000ED0Cu)
#define SCB_AIRCR_RESET 0x05FA0004u   /* VECTKEY and SYSRESETREQ */
#define SCB_CCR REG32(0xE000ED14u)
#define SCB_CCR_DC (1u << 16)         /* data cache on */
#define SCB_CCR_IC (1u << 17)         /* instruction cache on */
#define SCB_CPACR REG32(0xE000ED88u)
#define SCB_CPACR_CP10_CP11 (0xFu << 20) /* full access to the floating-point unit */

/* Caches (B2.2.7, B4.8) */
#define SCB_CCSIDR REG32(0xE000ED80u)  /* sets in bits 27..13, ways in bits 12..3, both less 1 */
#define SCB_CSSELR REG32(0xE000ED84u)  /* 0 selects the level 1 data cache */
#define SCB_ICIALLU REG32(0xE000EF50u) /* invalidates the instruction cache */
#define SCB_DCISW REG32(0xE000EF60u)   /* invalidates a line of the data cache by set and way */

static inline void cpu_irq_off(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void cpu_irq_on(void) { __asm volatile("cpsie i" ::: "memory"); }
static inline void cpu_wfi(void) { __asm volatile("wfi" ::: "memory"); }
static inline void cpu_barrier(void) { __asm volatile("dsb\n\tisb" ::: "memory"); }

/* Defined by the linker script (firmware/templates/cortexm.ld.j2). */
extern uint32_t link_stack_bottom[], link_stack_top[];
extern uint32_t link_data_load[], link_data_start[], link_data_end[];
extern uint32_t link_bss_start[], link_bss_end[];

/* Interrupt handlers in hal_cortexm.c; startup.c puts them into the vector table. */
void hal_systick_handler(void);
void hal_uart_handler(void);

/* Deepest use of the stack since reset in bytes, by startup.c. */
uint32_t hal_stack_peak(void);

#endif
