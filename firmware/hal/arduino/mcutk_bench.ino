// The bench application as a sketch; hal_arduino.cpp gives it the USB serial port and the cycle counter.
extern "C" {
#include "app.h"
}

void setup() { app_init(); }

void loop() { app_poll(); }
