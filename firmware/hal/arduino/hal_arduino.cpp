// hal.h on an Arduino core: its serial port, and the cycle counter of the processor if there is one, else micros().
#include <Arduino.h>

extern "C" {
#include "hal.h"
#include "mcutk_config.h"
}

#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__) || defined(__ARM_ARCH_8M_MAIN__)
// Armv7-M Architecture Reference Manual, C1.6.5 DEMCR and C1.8 DWT.
#define REG32(address) (*(volatile uint32_t *)(address))
#define DEMCR REG32(0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)
#define DWT_CTRL REG32(0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CYCCNT REG32(0xE0001004u)

static void timer_init(void) {
  DEMCR |= DEMCR_TRCENA;
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}
static uint32_t timer_now(void) { return DWT_CYCCNT; }
#else
static void timer_init(void) {}
static uint32_t timer_now(void) { return (uint32_t)micros() * (MCUTK_CLOCK_HZ / 1000000u); }
#endif

static uint32_t started;

extern "C" void hal_init(void) {
  Serial.begin(MCUTK_BAUD);
  timer_init();
}

extern "C" int hal_getc(void) { return Serial.read(); }

extern "C" bool hal_putc(uint8_t byte) { return Serial.write(byte) == 1u; }

extern "C" void hal_wait(void) { yield(); }

// The host waits while the board computes (overlap "pause"), so that no byte arrives. The counter has 32 bits: 67 s at 64 MHz.
extern "C" void hal_timed_begin(void) { started = timer_now(); }

extern "C" uint64_t hal_timed_end(void) { return timer_now() - started; }

extern "C" uint32_t hal_calibration_loop(void) { return 0u; }

// Stack and variables belong to the Arduino core: their sizes are unknown.
extern "C" void hal_ram(hal_ram_use *use) { *use = hal_ram_use(); }
