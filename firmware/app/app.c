#include "app.h"

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "hal.h"
#include "inference.h"
#include "mcutk_build.h"
#include "mcutk_config.h"
#include "mcutk_model.h"
#include "requests.h"

#define BUILD_TAG 4u /* bytes of the build's hash in a RESULT */

static const uint8_t build_sha256[32] = MCUTK_BUILD_SHA256;
static uint8_t frame_buffer[MCUTK_PAYLOAD + FRAME_OVERHEAD];

static struct {
    frame_reader reader;
    frame_writer writer;
    uint32_t session;    /* number in the latest HELLO */
    uint32_t ticket;     /* number of the latest input */
    bool open;           /* `ticket` is valid and its input not consumed */
    bool ran;            /* the input of `ticket` has run, and its outputs are in the arena */
    uint32_t received;   /* bytes of its input that are in place, from the start without a gap */
    uint32_t beyond;     /* bytes from here to `beyond_end` are in place too; none if both are equal */
    uint32_t beyond_end;
    uint32_t steps;      /* steps run */
    uint64_t step_ticks; /* ticks of the last step */
    uint64_t run_ticks;  /* ticks of the last RUN */
    bool keeps;          /* the variables are as the RUN of ticket `kept` left them */
    uint32_t kept;
    uint32_t damaged; /* damaged frames since start-up */
    uint32_t calibration_instructions;
    uint32_t calibration_ticks;
} app;

static void send_byte(void *context, uint8_t byte) {
    (void)context;
    while (!hal_putc(byte)) {
    }
}

static void begin_reply(const frame *request) {
    frame_begin(&app.writer, (uint8_t)(request->type | TYPE_REPLY), request->sequence);
}

static void refuse(uint16_t sequence, uint8_t code, uint32_t ticket, uint32_t detail) {
    frame_begin(&app.writer, TYPE_ERROR, sequence);
    frame_u8(&app.writer, code);
    frame_u32(&app.writer, ticket);
    frame_u32(&app.writer, detail);
    frame_end(&app.writer);
}

/* Forgets the input, the outputs and the variables of the session before. */
static void begin_session(uint32_t session) {
    app.session = session;
    app.open = false;
    app.ran = false;
    app.keeps = false;
    app.received = 0u;
    app.steps = 0u;
    inference_reset();
}

static void on_hello(const frame *request) {
    const uint32_t session = frame_load_u32(request->payload);
    if (session != app.session) {
        begin_session(session);
    }
    static const uint8_t sha256[32] = MCUTK_MODEL_SHA256;
    static const uint8_t tensors[] = MCUTK_MODEL_TENSORS;
    static const char board[] = MCUTK_BOARD;
    hal_ram_use ram;
    hal_ram(&ram);
    frame_writer *out = &app.writer;
    begin_reply(request);
    frame_u8(out, MCUTK_RUNTIME);
    frame_u8(out, MCUTK_UNIT);
    frame_u8(out, MCUTK_OVERLAP);
    frame_u8(out, 0u);
    frame_u32(out, MCUTK_CLOCK_HZ);
    frame_u32(out, app.calibration_instructions);
    frame_u32(out, app.calibration_ticks);
    frame_u32(out, (uint32_t)MCUTK_PAYLOAD | (uint32_t)MCUTK_RING << 16);
    frame_bytes(out, sha256, sizeof sha256);
    frame_u32(out, ram.static_bytes);
    frame_u32(out, inference_arena_bytes());
    frame_u32(out, ram.stack_bytes);
    frame_u32(out, ram.stack_peak);
    frame_u32(out, inference_steps());
    frame_u32(out, app.damaged);
    frame_bytes(out, build_sha256, sizeof build_sha256);
    frame_bytes(out, tensors, sizeof tensors);
    frame_u8(out, (uint8_t)(sizeof board - 1u));
    frame_bytes(out, (const uint8_t *)board, sizeof board - 1u);
    frame_end(out);
}

/* Begins the input of a new ticket. False if it has to continue the variables of the ticket before it (INPUT_KEEP), but
 * these are not the variables that the model holds: an input was lost, or the board has restarted. */
static bool begin_input(uint32_t ticket, bool keep) {
    if (keep && (!app.keeps || ticket != app.kept + 1u)) {
        return false;
    }
    if (!keep) {
        inference_reset();
        app.keeps = false;
    }
    app.open = true;
    app.ran = false;
    app.ticket = ticket;
    app.received = 0u;
    app.beyond = 0u;
    app.beyond_end = 0u;
    app.steps = 0u;
    return true;
}

static void acknowledge(const frame *request, uint32_t ticket) {
    if ((request->payload[8] & INPUT_ACKNOWLEDGE) != 0u) {
        begin_reply(request);
        frame_u32(&app.writer, ticket);
        frame_u32(&app.writer, app.received);
        frame_end(&app.writer);
    }
}

/* Stores a piece that continues the input, and closes the gap before the pieces that arrived beyond it. */
static void continue_input(uint32_t offset, const uint8_t *data, uint32_t count) {
    inference_store(offset, data, count);
    app.received = offset + count;
    if (app.beyond < app.beyond_end && app.received >= app.beyond) {
        app.received = app.received > app.beyond_end ? app.received : app.beyond_end;
        app.beyond_end = app.beyond;
    }
}

/* Keeps a piece after a gap, so that only the lost piece has to be sent again. Pieces after a second gap are dropped. */
static void keep_beyond(uint32_t offset, const uint8_t *data, uint32_t count) {
    if (app.beyond == app.beyond_end) {
        app.beyond = offset;
        app.beyond_end = offset;
    }
    if (offset == app.beyond_end) {
        inference_store(offset, data, count);
        app.beyond_end = offset + count;
    }
}

/* A new ticket may begin only at offset 0; then each piece continues the one before. A piece that repeats bytes which are in
 * place, or bytes of an input that has run, is accepted and changes nothing, so that the host may send a piece again. */
static void on_input(const frame *request) {
    if (request->length < INPUT_HEADER) {
        refuse(request->sequence, ERROR_LENGTH, 0u, request->length);
        return;
    }
    const uint32_t ticket = frame_load_u32(request->payload);
    const uint32_t offset = frame_load_u32(request->payload + 4);
    const uint32_t count = request->length - INPUT_HEADER;
    if (offset > MCUTK_INPUT_BYTES || count > MCUTK_INPUT_BYTES - offset) {
        refuse(request->sequence, ERROR_RANGE, ticket, MCUTK_INPUT_BYTES);
        return;
    }
    bool known = (app.open && app.steps == 0u && ticket == app.ticket) || (app.ran && ticket == app.ticket);
    if (!known && offset == 0u) {
        known = begin_input(ticket, (request->payload[8] & INPUT_KEEP) != 0u);
        if (!known) {
            refuse(request->sequence, ERROR_ORDER, ticket, 0u);
            return;
        }
    }
    const uint32_t reached = known ? app.received : 0u;
    if (!known || offset > reached) {
        if (known && app.open) {
            keep_beyond(offset, request->payload + INPUT_HEADER, count);
        }
        refuse(request->sequence, ERROR_GAP, ticket, reached);
        return;
    }
    if (offset == reached && app.open) {
        continue_input(offset, request->payload + INPUT_HEADER, count);
    }
    acknowledge(request, ticket);
}

/* True if the whole input of the ticket is in place; refuses the request otherwise. */
static bool input_ready(const frame *request, uint32_t ticket) {
    const bool known = app.open && ticket == app.ticket;
    if (known && app.received == MCUTK_INPUT_BYTES) {
        return true;
    }
    refuse(request->sequence, ERROR_INCOMPLETE, ticket, known ? app.received : 0u);
    return false;
}

/* Sends the outputs from the offset that the RUN names, in parts of at most the size that it names. */
static void send_result(const frame *request) {
    uint32_t offset = frame_load_u32(request->payload + 4);
    const uint32_t wanted = frame_load_u32(request->payload + 8);
    const uint32_t most = wanted < RESULT_PIECE ? wanted : RESULT_PIECE;
    do {
        const uint32_t left = MCUTK_OUTPUT_BYTES - offset;
        const uint32_t piece = left < most ? left : most;
        begin_reply(request);
        frame_u32(&app.writer, app.ticket);
        frame_u64(&app.writer, app.run_ticks);
        frame_bytes(&app.writer, build_sha256, BUILD_TAG);
        frame_u32(&app.writer, MCUTK_OUTPUT_BYTES);
        frame_u32(&app.writer, offset);
        inference_write_output(&app.writer, offset, piece);
        frame_end(&app.writer);
        offset += piece;
    } while (offset < MCUTK_OUTPUT_BYTES);
}

/* Runs a ticket once and wipes its input. A RUN that is repeated before the next input begins is answered again from the
 * outputs in the arena: a second run would change the variables twice. */
static void on_run(const frame *request) {
    const uint32_t ticket = frame_load_u32(request->payload);
    if (frame_load_u32(request->payload + 4) > MCUTK_OUTPUT_BYTES || frame_load_u32(request->payload + 8) == 0u) {
        refuse(request->sequence, ERROR_RANGE, ticket, MCUTK_OUTPUT_BYTES);
        return;
    }
    if (app.ran && ticket == app.ticket) {
        send_result(request);
        return;
    }
    if (!input_ready(request, ticket)) {
        return;
    }
    if (app.steps != 0u) {
        refuse(request->sequence, ERROR_ORDER, ticket, app.steps);
        return;
    }
    app.run_ticks = inference_run();
    inference_wipe_inputs();
    app.open = false;
    app.ran = true;
    app.keeps = true;
    app.kept = ticket;
    send_result(request);
}

static void on_step(const frame *request) {
    const uint32_t ticket = frame_load_u32(request->payload);
    const uint32_t index = frame_load_u32(request->payload + 4);
    if (!input_ready(request, ticket)) {
        return;
    }
    if (index == app.steps && index < inference_steps()) {
        app.step_ticks = inference_step(index);
        app.steps++;
        app.keeps = false;
    }
    if (app.steps == 0u || index != app.steps - 1u) {
        refuse(request->sequence, ERROR_ORDER, ticket, app.steps);
        return;
    }
    begin_reply(request);
    frame_u32(&app.writer, ticket);
    frame_u32(&app.writer, index);
    frame_u64(&app.writer, app.step_ticks);
    frame_end(&app.writer);
}

/* Only for the input that is stepped through: the arena holds nothing but what the same peer has sent. */
static void on_crc(const frame *request) {
    const uint32_t ticket = frame_load_u32(request->payload);
    const uint32_t offset = frame_load_u32(request->payload + 4);
    const uint32_t count = frame_load_u32(request->payload + 8);
    const uint32_t size = inference_arena_bytes();
    if (!input_ready(request, ticket)) {
        return;
    }
    if (app.steps == 0u) {
        refuse(request->sequence, ERROR_ORDER, ticket, 0u);
        return;
    }
    if (offset > size || count > size - offset) {
        refuse(request->sequence, ERROR_RANGE, ticket, size);
        return;
    }
    begin_reply(request);
    frame_u32(&app.writer, offset);
    frame_u32(&app.writer, count);
    frame_u32(&app.writer, inference_arena_crc(offset, count));
    frame_end(&app.writer);
}

/* Calls the handler of a request after a check of its version and, but for INPUT, the exact length of its payload. */
static void dispatch(const frame *request) {
    static const struct {
        uint8_t type;
        uint8_t length;
        bool exact;
        void (*handler)(const frame *request);
    } commands[] = {
        {TYPE_HELLO, 4u, true, on_hello}, {TYPE_INPUT, 0u, false, on_input}, {TYPE_RUN, 12u, true, on_run},
        {TYPE_STEP, 8u, true, on_step},   {TYPE_CRC, 12u, true, on_crc},
    };
    if (request->version != FRAME_VERSION) {
        refuse(request->sequence, ERROR_VERSION, 0u, FRAME_VERSION);
        return;
    }
    for (uint32_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].type != request->type) {
            continue;
        }
        if (commands[i].exact && request->length != commands[i].length) {
            refuse(request->sequence, ERROR_LENGTH, 0u, request->length);
            return;
        }
        commands[i].handler(request);
        return;
    }
    refuse(request->sequence, ERROR_TYPE, 0u, request->type);
}

void app_receive(uint8_t byte) {
    frame request;
    switch (frame_reader_feed(&app.reader, byte, &request)) {
    case FRAME_READY:
        dispatch(&request);
        break;
    case FRAME_DAMAGED:
        app.damaged++;
        refuse(0u, ERROR_DAMAGED, 0u, app.damaged);
        break;
    case FRAME_NONE:
    default:
        break;
    }
}

void app_init(void) {
    hal_init();
    frame_reader_init(&app.reader, frame_buffer, sizeof frame_buffer);
    frame_writer_init(&app.writer, (frame_sink){.put = send_byte, .context = 0});
    hal_timed_begin();
    app.calibration_instructions = hal_calibration_loop();
    app.calibration_ticks = (uint32_t)hal_timed_end();
    inference_reset();
}

void app_poll(void) {
    int byte = hal_getc();
    if (byte < 0) {
        hal_wait();
        return;
    }
    while (byte >= 0) {
        app_receive((uint8_t)byte);
        byte = hal_getc();
    }
}
