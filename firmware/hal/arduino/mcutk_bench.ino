// The bench application as a sketch; hal_arduino.cpp implements hal.h on the Arduino core.
extern "C" {
#include "app.h"
}

void setup() { app_init(); }

void loop() { app_poll(); }
