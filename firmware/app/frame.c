#include "frame.h"

/* Four bits at a time: the table has 64 bytes; eight bits at a time would need 1,024. */
static const uint32_t crc_nibble[16] = {
    0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
    0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
};

uint32_t crc32_update(uint32_t crc, const uint8_t *data, uint32_t count) {
    crc = ~crc;
    for (uint32_t i = 0; i < count; i++) {
        crc ^= data[i];
        crc = (crc >> 4) ^ crc_nibble[crc & 15u];
        crc = (crc >> 4) ^ crc_nibble[crc & 15u];
    }
    return ~crc;
}

void frame_reader_init(frame_reader *reader, uint8_t *buffer, uint32_t capacity) {
    *reader = (frame_reader){.buffer = buffer, .capacity = capacity};
}

static void reader_restart(frame_reader *reader) {
    reader->length = 0;
    reader->left = 0;
    reader->zero_due = false;
    reader->bad = false;
    reader->started = false;
}

/* The only place that writes to the buffer. */
static void reader_append(frame_reader *reader, uint8_t byte) {
    if (reader->length < reader->capacity) {
        reader->buffer[reader->length++] = byte;
    } else {
        reader->bad = true;
    }
}

uint32_t frame_load_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static frame_event reader_close(const frame_reader *reader, frame *out) {
    if (!reader->started) {
        return FRAME_NONE;
    }
    if (reader->bad || reader->left != 0u || reader->length < FRAME_OVERHEAD) {
        return FRAME_DAMAGED;
    }
    const uint32_t covered = reader->length - 4u;
    if (crc32_update(0u, reader->buffer, covered) != frame_load_u32(reader->buffer + covered)) {
        return FRAME_DAMAGED;
    }
    out->version = reader->buffer[0];
    out->type = reader->buffer[1];
    out->sequence = (uint16_t)(reader->buffer[2] | reader->buffer[3] << 8);
    out->length = covered - FRAME_HEADER;
    out->payload = reader->buffer + FRAME_HEADER;
    return FRAME_READY;
}

frame_event frame_reader_feed(frame_reader *reader, uint8_t byte, frame *out) {
    if (byte == 0u) {
        const frame_event event = reader_close(reader, out);
        reader_restart(reader);
        return event;
    }
    reader->started = true;
    if (reader->bad) {
        return FRAME_NONE;
    }
    if (reader->left != 0u) {
        reader->left--;
        reader_append(reader, byte);
        return FRAME_NONE;
    }
    if (reader->zero_due) {
        reader_append(reader, 0u);
    }
    reader->left = (uint8_t)(byte - 1u);
    reader->zero_due = byte != 255u;
    return FRAME_NONE;
}

void frame_writer_init(frame_writer *writer, frame_sink sink) { writer->sink = sink; }

static void writer_put(const frame_writer *writer, uint8_t byte) { writer->sink.put(writer->sink.context, byte); }

static void writer_flush(frame_writer *writer) {
    writer_put(writer, (uint8_t)(writer->used + 1u));
    for (uint32_t i = 0; i < writer->used; i++) {
        writer_put(writer, writer->block[i]);
    }
    writer->used = 0;
}

static void writer_raw(frame_writer *writer, uint8_t byte) {
    if (byte == 0u) {
        writer_flush(writer);
        return;
    }
    writer->block[writer->used++] = byte;
    if (writer->used == sizeof writer->block) {
        writer_flush(writer);
    }
}

void frame_u8(frame_writer *writer, uint8_t value) {
    writer->crc = crc32_update(writer->crc, &value, 1u);
    writer_raw(writer, value);
}

void frame_u32(frame_writer *writer, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i++) {
        frame_u8(writer, (uint8_t)(value >> (8u * i)));
    }
}

void frame_u64(frame_writer *writer, uint64_t value) {
    frame_u32(writer, (uint32_t)value);
    frame_u32(writer, (uint32_t)(value >> 32));
}

void frame_bytes(frame_writer *writer, const uint8_t *data, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        frame_u8(writer, data[i]);
    }
}

void frame_begin(frame_writer *writer, uint8_t type, uint16_t sequence) {
    writer->used = 0;
    writer->crc = 0u;
    frame_u8(writer, FRAME_VERSION);
    frame_u8(writer, type);
    frame_u8(writer, (uint8_t)sequence);
    frame_u8(writer, (uint8_t)(sequence >> 8));
}

void frame_end(frame_writer *writer) {
    const uint32_t crc = writer->crc;
    for (uint32_t i = 0; i < 4u; i++) {
        writer_raw(writer, (uint8_t)(crc >> (8u * i)));
    }
    writer_flush(writer);
    writer_put(writer, 0u);
    writer_put(writer, 0u); /* a frame whose closing zero is lost would wait for the next one */
}
