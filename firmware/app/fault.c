/* Reports a fault on the link before the chip restarts, so that the host does not take it for a silent board. */
#include <stdint.h>

#include "frame.h"
#include "hal.h"
#include "requests.h"

#define FAULT_TRIES 1000000u /* per byte: the transmitter may be what failed */

static void fault_put(void *context, uint8_t byte) {
    (void)context;
    uint32_t tries = FAULT_TRIES;
    while (!hal_putc(byte) && tries > 0u) {
        tries--;
    }
}

void hal_on_fault(uint32_t exception) {
    frame_writer writer;
    frame_writer_init(&writer, (frame_sink){.put = fault_put, .context = 0});
    fault_put(0, 0u); /* ends a frame that the fault interrupted */
    frame_begin(&writer, TYPE_ERROR, 0u);
    frame_u8(&writer, ERROR_FAULT);
    frame_u32(&writer, 0u);
    frame_u32(&writer, exception);
    frame_end(&writer);
}
