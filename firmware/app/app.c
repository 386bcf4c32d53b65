#include "app.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "frame.h"
#include "hal.h"
#include "mcutk_config.h"
#include "mcutk_model.h"

enum { /* types of frames; a reply has bit 7 set */
    TYPE_HELLO = 0x01,
    TYPE_INPUT = 0x02,
    TYPE_RUN = 0x03,
    TYPE_STEP = 0x04,
    TYPE_CRC = 0x05,
    TYPE_RESET = 0x06,
    TYPE_REPLY = 0x80,
    TYPE_ERROR = 0xFF,
};

enum { /* why a frame was refused */
    ERROR_DAMAGED = 1,
    ERROR_VERSION = 2,
    ERROR_TYPE = 3,
    ERROR_LENGTH = 4,
    ERROR_INCOMPLETE = 5,
    ERROR_GAP = 6,
    ERROR_RANGE = 7,
    ERROR_ORDER = 8,
};

#define INPUT_HEADER 9u
#define RESET_MAGIC 0x52455345u
#define RESULT_PIECE 1024u /* output bytes in one RESULT frame */

#if MCUTK_MODEL_STEPS
#define STEP_COUNT ((uint32_t)mcutk_model_step_count())
#else
#define STEP_COUNT 0u
#endif

/* The one activation buffer. Its section is neither loaded nor zeroed: mcutk_model_reset() prepares what needs it. */
#if MCUTK_ARENA_SECTION
__attribute__((section(".bss.mcutk_arena")))
#endif
static _Alignas(MCUTK_MODEL_ARENA_ALIGN) uint8_t arena[MCUTK_MODEL_ARENA_BYTES];

static uint8_t frame_buffer[MCUTK_PAYLOAD + FRAME_OVERHEAD];

static struct {
    frame_reader reader;
    frame_writer writer;
    uint32_t ticket;   /* the input being received or stepped through */
    bool open;         /* `ticket` is valid and its input not consumed */
    uint32_t received; /* bytes of its input that are in place, from the start without a gap */
    uint32_t steps;    /* steps run */
    uint64_t step_ticks;
    uint32_t damaged;
    uint32_t calibration_instructions;
    uint32_t calibration_ticks;
} app;

void frame_put(uint8_t byte) {
    while (!hal_putc(byte)) {
    }
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void begin(const frame *request) {
    frame_begin(&app.writer, (uint8_t)(request->type | TYPE_REPLY), request->sequence);
}

static void refuse(uint16_t sequence, uint8_t code, uint32_t ticket, uint32_t detail) {
    frame_begin(&app.writer, TYPE_ERROR, sequence);
    frame_u8(&app.writer, code);
    frame_u32(&app.writer, ticket);
    frame_u32(&app.writer, detail);
    frame_end(&app.writer);
}

static void put_tensor(uint32_t bytes, uint32_t scale_bits, int32_t zero_point, const uint32_t *shape, uint8_t rank) {
    frame_u32(&app.writer, bytes);
    frame_u32(&app.writer, scale_bits);
    frame_u32(&app.writer, (uint32_t)zero_point);
    frame_u8(&app.writer, rank);
    for (uint32_t i = 0; i < rank; i++) {
        frame_u32(&app.writer, shape[i]);
    }
}

/* Several inputs or outputs travel as one block of bytes, one after the other. */
typedef struct {
    uint8_t *start;
    uint32_t bytes;
} input_part;

typedef struct {
    const uint8_t *start;
    uint32_t bytes;
} output_part;

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* The caller has checked that offset + count lies within the inputs. */
static void store_input(uint32_t offset, const uint8_t *data, uint32_t count) {
    const input_part parts[] = MCUTK_INPUTS(arena);
    for (uint32_t i = 0; i < sizeof parts / sizeof parts[0] && count > 0u; i++) {
        if (offset >= parts[i].bytes) {
            offset -= parts[i].bytes;
            continue;
        }
        const uint32_t piece = smaller(count, parts[i].bytes - offset);
        memcpy(parts[i].start + offset, data, piece);
        data += piece;
        count -= piece;
        offset = 0u;
    }
}

static void put_output(uint32_t offset, uint32_t count) {
    const output_part parts[] = MCUTK_OUTPUTS(arena);
    for (uint32_t i = 0; i < sizeof parts / sizeof parts[0] && count > 0u; i++) {
        if (offset >= parts[i].bytes) {
            offset -= parts[i].bytes;
            continue;
        }
        const uint32_t piece = smaller(count, parts[i].bytes - offset);
        frame_bytes(&app.writer, parts[i].start + offset, piece);
        count -= piece;
        offset = 0u;
    }
}

static void on_hello(const frame *request) {
    static const uint8_t sha256[32] = MCUTK_MODEL_SHA256;
    static const uint32_t input_shape[] = MCUTK_INPUT_SHAPE;
    static const uint32_t output_shape[] = MCUTK_OUTPUT_SHAPE;
    static const char board[] = MCUTK_BOARD;
    hal_ram_use ram;
    hal_ram(&ram);
    frame_writer *out = &app.writer;
    begin(request);
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
    frame_u32(out, (uint32_t)sizeof arena);
    frame_u32(out, ram.stack_bytes);
    frame_u32(out, ram.stack_peak);
    frame_u32(out, STEP_COUNT);
    frame_u32(out, app.damaged);
    put_tensor(MCUTK_INPUT_BYTES, MCUTK_INPUT_SCALE_BITS, MCUTK_INPUT_ZERO_POINT, input_shape, MCUTK_INPUT_RANK);
    put_tensor(MCUTK_OUTPUT_BYTES, MCUTK_OUTPUT_SCALE_BITS, MCUTK_OUTPUT_ZERO_POINT, output_shape, MCUTK_OUTPUT_RANK);
    frame_u8(out, (uint8_t)(sizeof board - 1u));
    frame_bytes(out, (const uint8_t *)board, sizeof board - 1u);
    frame_end(out);
}

/* A new ticket may begin only at offset 0; then bytes must follow one another. A repeat of what is in place is welcome,
 * so that the host may send again when in doubt. */
static void on_input(const frame *request) {
    if (request->length < INPUT_HEADER) {
        refuse(request->sequence, ERROR_LENGTH, 0u, request->length);
        return;
    }
    const uint32_t ticket = get_u32(request->payload);
    const uint32_t offset = get_u32(request->payload + 4);
    const uint32_t count = request->length - INPUT_HEADER;
    if (offset > MCUTK_INPUT_BYTES || count > MCUTK_INPUT_BYTES - offset) {
        refuse(request->sequence, ERROR_RANGE, ticket, MCUTK_INPUT_BYTES);
        return;
    }
    const bool known = app.open && ticket == app.ticket && app.steps == 0u;
    if (!known && offset == 0u) {
        app.open = true;
        app.ticket = ticket;
        app.received = 0u;
        app.steps = 0u;
        mcutk_model_reset(arena);
    }
    const uint32_t reached = app.open && ticket == app.ticket && app.steps == 0u ? app.received : 0u;
    if (offset > reached || (!known && offset != 0u)) {
        refuse(request->sequence, ERROR_GAP, ticket, reached);
        return;
    }
    if (offset == reached) {
        store_input(offset, request->payload + INPUT_HEADER, count);
        app.received = offset + count;
    }
    if ((request->payload[8] & 1u) != 0u) {
        begin(request);
        frame_u32(&app.writer, ticket);
        frame_u32(&app.writer, app.received);
        frame_end(&app.writer);
    }
}

/* True if the ticket's input is whole; otherwise says how far it is. */
static bool input_ready(const frame *request, uint32_t ticket) {
    const bool known = app.open && ticket == app.ticket;
    if (known && app.received == MCUTK_INPUT_BYTES) {
        return true;
    }
    refuse(request->sequence, ERROR_INCOMPLETE, ticket, known ? app.received : 0u);
    return false;
}

static void on_run(const frame *request) {
    const uint32_t ticket = get_u32(request->payload);
    if (!input_ready(request, ticket)) {
        return;
    }
    if (app.steps != 0u) {
        refuse(request->sequence, ERROR_ORDER, ticket, app.steps);
        return;
    }
    hal_timed_begin();
    mcutk_model_invoke(arena);
    const uint64_t ticks = hal_timed_end();
    app.open = false;
    uint32_t offset = 0u;
    do {
        const uint32_t piece = smaller(MCUTK_OUTPUT_BYTES - offset, RESULT_PIECE);
        begin(request);
        frame_u32(&app.writer, ticket);
        frame_u64(&app.writer, ticks);
        frame_u32(&app.writer, MCUTK_OUTPUT_BYTES);
        frame_u32(&app.writer, offset);
        put_output(offset, piece);
        frame_end(&app.writer);
        offset += piece;
    } while (offset < MCUTK_OUTPUT_BYTES);
}

static void on_step(const frame *request) {
    const uint32_t ticket = get_u32(request->payload);
    const uint32_t index = get_u32(request->payload + 4);
    if (!input_ready(request, ticket)) {
        return;
    }
#if MCUTK_MODEL_STEPS
    if (index == app.steps && index < STEP_COUNT) {
        hal_timed_begin();
        mcutk_model_step(arena, (int)index);
        app.step_ticks = hal_timed_end();
        app.steps++;
    }
#endif
    if (app.steps == 0u || index != app.steps - 1u) {
        refuse(request->sequence, ERROR_ORDER, ticket, app.steps);
        return;
    }
    begin(request);
    frame_u32(&app.writer, ticket);
    frame_u32(&app.writer, index);
    frame_u64(&app.writer, app.step_ticks);
    frame_end(&app.writer);
}

static void on_crc(const frame *request) {
    const uint32_t offset = get_u32(request->payload);
    const uint32_t count = get_u32(request->payload + 4);
    if (offset > sizeof arena || count > sizeof arena - offset) {
        refuse(request->sequence, ERROR_RANGE, 0u, (uint32_t)sizeof arena);
        return;
    }
    begin(request);
    frame_u32(&app.writer, offset);
    frame_u32(&app.writer, count);
    frame_u32(&app.writer, crc32_update(0u, arena + offset, count));
    frame_end(&app.writer);
}

static void on_reset(const frame *request) {
    if (get_u32(request->payload) != RESET_MAGIC) {
        refuse(request->sequence, ERROR_RANGE, 0u, 0u);
        return;
    }
    begin(request);
    frame_end(&app.writer);
    hal_reset();
}

/* Exact payload length and handler of each request; INPUT checks its own length. */
static void dispatch(const frame *request) {
    static const struct {
        uint8_t type;
        uint8_t length;
        bool exact;
        void (*handler)(const frame *request);
    } commands[] = {
        {TYPE_HELLO, 0u, true, on_hello}, {TYPE_INPUT, 0u, false, on_input}, {TYPE_RUN, 4u, true, on_run},
        {TYPE_STEP, 8u, true, on_step},   {TYPE_CRC, 8u, true, on_crc},      {TYPE_RESET, 4u, true, on_reset},
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
        refuse(0u, ERROR_DAMAGED, app.ticket, app.damaged);
        break;
    case FRAME_NONE:
    default:
        break;
    }
}

void app_init(void) {
    hal_init();
    frame_reader_init(&app.reader, frame_buffer, sizeof frame_buffer);
    hal_timed_begin();
    app.calibration_instructions = hal_calibration_loop();
    app.calibration_ticks = (uint32_t)hal_timed_end();
    mcutk_model_reset(arena);
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
