/* Start-up and output of a bare-metal image on an emulated Cortex-M, without the rest of the firmware. */
#ifndef START_H
#define START_H

#include <stdint.h>

/* What the image does; its return ends the emulator with exit code 0. A fault ends it with exit code 2. */
void rig_main(void);

/* Ends the emulator. */
_Noreturn void rig_leave(uint32_t code);

/* Prints through semihosting. */
void rig_print(const char *text);
void rig_print_number(uint32_t value);

#endif
