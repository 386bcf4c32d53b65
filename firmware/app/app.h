/* The bench application: receives inputs over the link, runs the model, sends outputs and times. It reaches the model through
 * inference.h and the chip through hal.h. */
#ifndef MCUTK_APP_H
#define MCUTK_APP_H

#include <stdint.h>

/* Starts the HAL and calibrates the timer. */
void app_init(void);

/* Handles the bytes received so far and returns. */
void app_poll(void);

/* Handles one received byte; app_poll() calls it. Safe for any sequence of bytes. */
void app_receive(uint8_t byte);

#endif
