/* Frames of the link: COBS, closing zero, CRC-32 (docs/protocol.md). Neither side allocates memory or trusts a length. */
#ifndef MCUTK_FRAME_H
#define MCUTK_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_VERSION 2u
#define FRAME_HEADER 4u
#define FRAME_OVERHEAD 8u /* header and CRC */

/* A decoded frame. `payload` points into the reader's buffer and is valid until the next byte is fed. */
typedef struct {
    uint8_t version;
    uint8_t type;
    uint16_t sequence;
    uint32_t length;
    const uint8_t *payload;
} frame;

typedef enum {
    FRAME_NONE,    /* more bytes are needed */
    FRAME_READY,   /* the frame is whole and its CRC right */
    FRAME_DAMAGED, /* the bytes between two zeros were not a frame */
} frame_event;

/* Decoder. The caller owns the buffer of `capacity` bytes: largest payload + FRAME_OVERHEAD. */
typedef struct {
    uint8_t *buffer;
    uint32_t capacity;
    uint32_t length;
    uint8_t left;     /* bytes of the current COBS block still to come */
    bool zero_due;    /* a zero stands before the next block */
    bool bad;         /* skip to the next zero */
    bool started;
} frame_reader;

void frame_reader_init(frame_reader *reader, uint8_t *buffer, uint32_t capacity);
frame_event frame_reader_feed(frame_reader *reader, uint8_t byte, frame *out);

/* Where an encoder sends its bytes: `put` is called once for each, and returns when it has taken the byte. */
typedef struct {
    void (*put)(void *context, uint8_t byte);
    void *context; /* given to every call */
} frame_sink;

/* Encoder: buffers one COBS block. A frame is frame_begin(), values, frame_end(). */
typedef struct {
    frame_sink sink;
    uint8_t block[254];
    uint8_t used;
    uint32_t crc;
} frame_writer;

void frame_writer_init(frame_writer *writer, frame_sink sink);
void frame_begin(frame_writer *writer, uint8_t type, uint16_t sequence);
void frame_u8(frame_writer *writer, uint8_t value);
void frame_u32(frame_writer *writer, uint32_t value);
void frame_u64(frame_writer *writer, uint64_t value);
void frame_bytes(frame_writer *writer, const uint8_t *data, uint32_t count);
void frame_end(frame_writer *writer);

/* The little-endian number at `at`. */
uint32_t frame_load_u32(const uint8_t *at);

/* CRC-32 of zlib; start with 0, continue with the last result. */
uint32_t crc32_update(uint32_t crc, const uint8_t *data, uint32_t count);

#endif
