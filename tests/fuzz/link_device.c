/* Fuzzes the bench application: frames and noise from a seed go in, and every reply is compared with a second implementation of
 * docs/protocol.md, which shares no code with the firmware. The program is built with AddressSanitizer and UBSan.
 *
 * link_device SEED INPUTS: prints the number of inputs and replies, or the first difference and exit code 1. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "hal.h"
#include "mcutk_build.h"
#include "model_weights.h"

enum { INPUT = 400, OUTPUT = 4, ARENA = 512, STEPS = 2, MOST = 256 /* payload of the board */, ROOM = 1 << 16 };
enum { HELLO = 1, SEND = 2, RUN = 3, STEP = 4, CRC = 5, ERROR = 0xFF };
enum { DAMAGED = 1, VERSION, TYPE, LENGTH, INCOMPLETE, GAP, RANGE, ORDER };

static uint64_t state;
static uint64_t inputs_done;

static uint32_t draw(uint32_t below) { /* xorshift64* (S. Vigna, 2016) */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545F4914F6CDD1Dull) >> 32) % below;
}

static void fail(const char *what, uint64_t expected, uint64_t received) {
    printf("input %llu: %s: expected %llu, received %llu\n", (unsigned long long)inputs_done, what,
           (unsigned long long)expected, (unsigned long long)received);
    exit(1);
}

/* The board's side of the wire: hal.h on memory. */

static uint8_t sent[ROOM];
static size_t sent_count;

void hal_init(void) {}
int hal_getc(void) { return -1; }
bool hal_putc(uint8_t byte) {
    if (sent_count == sizeof sent) {
        fail("bytes of the replies to one input", sizeof sent, sent_count + 1u);
    }
    sent[sent_count++] = byte;
    return true;
}
void hal_wait(void) {}
void hal_timed_begin(void) {}
uint64_t hal_timed_end(void) { return 77u; }
uint32_t hal_calibration_loop(void) { return 0u; }
void hal_ram(hal_ram_use *use) { *use = (hal_ram_use){0}; }

/* Wire format, bit by bit. */

static uint32_t crc_of(const uint8_t *data, size_t count) {
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < count; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1u) != 0u ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] + ((uint32_t)at[1] << 8) + ((uint32_t)at[2] << 16) + ((uint32_t)at[3] << 24);
}

static size_t put32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
    return 4u;
}

/* COBS without the closing zero. Returns the size of the code. */
static size_t cobs(const uint8_t *body, size_t count, uint8_t *out) {
    size_t head = 0, used = 1;
    uint8_t code = 1;
    for (size_t i = 0; i < count; i++) {
        if (body[i] != 0u) {
            out[used++] = body[i];
            code++;
        }
        if (body[i] == 0u || code == 255u) {
            out[head] = code;
            head = used++;
            code = 1;
        }
    }
    out[head] = code;
    return used;
}

/* The body of a stretch of bytes without zeros; -1 if it is no COBS code of a frame that fits the board. */
static long uncobs(const uint8_t *code, size_t count, uint8_t *out, size_t most) {
    size_t used = 0, at = 0;
    while (at < count) {
        const size_t block = code[at];
        if (at + block > count) {
            return -1;
        }
        for (size_t i = 1; i < block; i++) {
            if (used == most) {
                return -1;
            }
            out[used++] = code[at + i];
        }
        at += block;
        if (block != 255u && at < count) {
            if (used == most) {
                return -1;
            }
            out[used++] = 0u;
        }
    }
    if (used < 8u || crc_of(out, used - 4u) != get32(out + used - 4u)) {
        return -1;
    }
    return (long)used;
}

/* The shadow of a board. */

static struct {
    uint32_t session, ticket, damaged, received, beyond, beyond_end, steps, kept;
    int open, ran, keeps;
    uint8_t data[INPUT];      /* of the input, where it is in place */
    uint8_t variables[4];     /* of the model */
    uint8_t hidden[4], output[4];
    uint8_t hello[512];       /* payload of the first HELLO_REPLY */
    size_t hello_count;
} board;

static uint8_t expected[ROOM]; /* bodies of the expected replies without CRC, each after its length as u32 */
static size_t expected_count;

static void reply(uint8_t type, const uint8_t *request, const uint8_t *payload, size_t count) {
    uint8_t *at = expected + expected_count;
    at += put32(at, (uint32_t)count + 4u);
    *at++ = 2u;
    *at++ = type;
    *at++ = request != NULL ? request[2] : 0u;
    *at++ = request != NULL ? request[3] : 0u;
    memcpy(at, payload, count);
    expected_count += count + 8u;
}

static void refuse(const uint8_t *request, uint8_t code, uint32_t ticket, uint32_t detail) {
    uint8_t payload[9] = {code};
    put32(payload + 1, ticket);
    put32(payload + 5, detail);
    reply(ERROR, request, payload, sizeof payload);
}

static void wipe(void) {
    memset(board.variables, 0, sizeof board.variables);
    memset(board.hidden, 0, sizeof board.hidden);
    memset(board.output, 0, sizeof board.output);
}

static void forget(void) {
    wipe();
    board.open = board.ran = board.keeps = 0;
    board.received = board.beyond = board.beyond_end = board.steps = 0u;
}

/* One operator of the tiny model (tests/support/device.py). */
static void operate(uint32_t index) {
    for (int j = 0; j < 4; j++) {
        if (index == 0u) {
            int32_t sum = 0;
            for (int i = 0; i < INPUT; i++) {
                sum += (int8_t)board.data[i] * model_weights[(j * 7 + i) & 15];
            }
            board.hidden[j] = (uint8_t)(sum >> 8);
        } else {
            board.output[j] = (uint8_t)(board.hidden[j] ^ 0x55u ^ board.variables[j]);
            board.variables[j] = (uint8_t)(board.variables[j] * 3u + board.output[j]);
        }
    }
    board.data[0] = 0u;
}

static void on_hello(const uint8_t *request) {
    const uint32_t session = get32(request + 4);
    if (session != board.session) {
        forget();
        board.session = session;
    }
    uint8_t payload[sizeof board.hello];
    memcpy(payload, board.hello, board.hello_count);
    put32(payload + 72, board.damaged);
    reply(HELLO | 0x80, request, payload, board.hello_count);
}

static int begins(uint32_t ticket, int keep) {
    if (keep && !(board.keeps && ticket == board.kept + 1u)) {
        return 0;
    }
    if (!keep) {
        wipe();
        board.keeps = 0;
    }
    board.open = 1;
    board.ran = 0;
    board.ticket = ticket;
    board.received = board.beyond = board.beyond_end = board.steps = 0u;
    return 1;
}

static void on_send(const uint8_t *request, size_t count) {
    if (count < 9u) {
        refuse(request, LENGTH, 0u, (uint32_t)count);
        return;
    }
    const uint32_t ticket = get32(request + 4), offset = get32(request + 8), size = (uint32_t)count - 9u;
    const uint8_t flags = request[12];
    if (offset > INPUT || size > INPUT - offset) {
        refuse(request, RANGE, ticket, INPUT);
        return;
    }
    int held = ticket == board.ticket && ((board.open && board.steps == 0u) || board.ran);
    if (!held && offset == 0u) {
        held = begins(ticket, flags & 2);
        if (!held) {
            refuse(request, ORDER, ticket, 0u);
            return;
        }
    }
    if (!held) {
        refuse(request, GAP, ticket, 0u);
        return;
    }
    const int whole_part = board.open && offset == board.received;
    const int gap = offset > board.received;
    if (gap && board.open && (board.beyond == board.beyond_end || offset == board.beyond_end)) {
        if (board.beyond == board.beyond_end) {
            board.beyond = offset;
        }
        memcpy(board.data + offset, request + 13, size);
        board.beyond_end = offset + size;
    }
    if (gap) {
        refuse(request, GAP, ticket, board.received);
        return;
    }
    if (whole_part) {
        memcpy(board.data + offset, request + 13, size);
        board.received += size;
        if (board.beyond != board.beyond_end && board.received >= board.beyond) {
            board.received = board.received > board.beyond_end ? board.received : board.beyond_end;
            board.beyond = board.beyond_end = 0u;
        }
    }
    if ((flags & 1u) != 0u) {
        uint8_t payload[8];
        put32(payload, ticket);
        put32(payload + 4, board.received);
        reply(SEND | 0x80, request, payload, sizeof payload);
    }
}

static int whole(const uint8_t *request, uint32_t ticket) {
    const int held = board.open && ticket == board.ticket;
    if (held && board.received == INPUT) {
        return 1;
    }
    refuse(request, INCOMPLETE, ticket, held ? board.received : 0u);
    return 0;
}

static void on_run(const uint8_t *request) {
    static const uint8_t build[32] = MCUTK_BUILD_SHA256;
    const uint32_t ticket = get32(request + 4), size = get32(request + 12);
    uint32_t offset = get32(request + 8);
    if (offset > OUTPUT || size == 0u) {
        refuse(request, RANGE, ticket, OUTPUT);
        return;
    }
    if (!(board.ran && ticket == board.ticket)) {
        if (!whole(request, ticket)) {
            return;
        }
        if (board.steps != 0u) {
            refuse(request, ORDER, ticket, board.steps);
            return;
        }
        operate(0u);
        operate(1u);
        board.open = 0;
        board.ran = board.keeps = 1;
        board.kept = ticket;
    }
    do {
        uint8_t payload[24 + OUTPUT] = {0};
        const uint32_t part = OUTPUT - offset < size ? OUTPUT - offset : size;
        put32(payload, ticket);
        payload[4] = 77u;
        memcpy(payload + 12, build, 4);
        put32(payload + 16, OUTPUT);
        put32(payload + 20, offset);
        memcpy(payload + 24, board.output + offset, part);
        reply(RUN | 0x80, request, payload, 24u + part);
        offset += part;
    } while (offset < OUTPUT);
}

static void on_step(const uint8_t *request) {
    const uint32_t ticket = get32(request + 4), index = get32(request + 8);
    if (!whole(request, ticket)) {
        return;
    }
    if (index == board.steps && index < STEPS) {
        operate(index);
        board.steps++;
        board.keeps = 0;
    } else if (board.steps == 0u || index != board.steps - 1u) {
        refuse(request, ORDER, ticket, board.steps);
        return;
    }
    uint8_t payload[16] = {0};
    put32(payload, ticket);
    put32(payload + 4, index);
    payload[8] = 77u;
    reply(STEP | 0x80, request, payload, sizeof payload);
}

static void on_crc(const uint8_t *request) {
    const uint32_t ticket = get32(request + 4), offset = get32(request + 8), count = get32(request + 12);
    if (!whole(request, ticket)) {
        return;
    }
    if (board.steps == 0u) {
        refuse(request, ORDER, ticket, 0u);
        return;
    }
    if (offset > ARENA || count > ARENA - offset) {
        refuse(request, RANGE, ticket, ARENA);
        return;
    }
    uint8_t arena[ARENA] = {0};
    memcpy(arena, board.data, INPUT);
    memcpy(arena + 400, board.hidden, 4);
    memcpy(arena + 404, board.output, 4);
    memcpy(arena + 408, board.variables, 4);
    uint8_t payload[12];
    put32(payload, offset);
    put32(payload + 4, count);
    put32(payload + 8, crc_of(arena + offset, count));
    reply(CRC | 0x80, request, payload, sizeof payload);
}

/* What a board replies to the bytes between two zeros. */
static void expect(const uint8_t *code, size_t count) {
    static uint8_t body[MOST + 8];
    if (count == 0u) {
        return;
    }
    const long size = uncobs(code, count, body, sizeof body);
    if (size < 0) {
        board.damaged++;
        refuse(NULL, DAMAGED, 0u, board.damaged);
        return;
    }
    const size_t payload = (size_t)size - 8u;
    static const uint8_t sizes[] = {[HELLO] = 4, [RUN] = 12, [STEP] = 8, [CRC] = 12};
    if (body[0] != 2u) {
        refuse(body, VERSION, 0u, 2u);
    } else if (body[1] < HELLO || body[1] > CRC) {
        refuse(body, TYPE, 0u, body[1]);
    } else if (body[1] == SEND) {
        on_send(body, payload);
    } else if (payload != sizes[body[1]]) {
        refuse(body, LENGTH, 0u, (uint32_t)payload);
    } else {
        void (*const handlers[])(const uint8_t *) = {[HELLO] = on_hello, [RUN] = on_run, [STEP] = on_step, [CRC] = on_crc};
        handlers[body[1]](body);
    }
}

/* Compares the bytes that the application has sent with the expected replies. */
static uint64_t compare(void) {
    static uint8_t body[ROOM];
    uint64_t replies = 0;
    size_t at = 0;
    for (size_t want = 0; want < expected_count; replies++) {
        const uint32_t size = get32(expected + want);
        const uint8_t *const end = memchr(sent + at, 0, sent_count - at);
        if (end == NULL) {
            fail("replies", replies + 1u, replies);
        }
        const long got = uncobs(sent + at, (size_t)(end - (sent + at)), body, sizeof body);
        if (got < 0 || (uint32_t)got - 4u != size) {
            fail("size of a reply", size, got < 0 ? 0u : (uint64_t)got - 4u);
        }
        for (uint32_t i = 0; i < size; i++) {
            if (body[i] != expected[want + 4u + i]) {
                fail("a byte of a reply of type", body[1] * 1000u + i, expected[want + 5u] * 1000u + i);
            }
        }
        at = (size_t)(end - sent) + 1u;
        while (at < sent_count && sent[at] == 0u) {
            at++;
        }
        want += size + 4u;
    }
    if (at != sent_count) {
        fail("bytes after the last reply", 0u, sent_count - at);
    }
    return replies;
}

/* Inputs: requests whose numbers are often at a limit, sometimes damaged on the way. */

static uint32_t number(void) {
    static const uint32_t edges[] = {0, 1, 2, 3, 4, 5, 399, 400, 401, 404, 408, 511, 512, 513, 0x7FFFFFFF, 0xFFFFFFFF};
    return draw(8u) != 0u ? edges[draw(sizeof edges / sizeof edges[0])] : draw(0xFFFFFFFFu);
}

static size_t a_payload(uint8_t type, uint8_t *at) {
    const uint32_t ticket = board.ticket + draw(4u) - 1u;
    size_t used = 0;
    switch (type) {
    case HELLO:
        return put32(at, draw(8u) != 0u ? board.session : draw(3u));
    case SEND: {
        const uint32_t here[] = {board.received, board.beyond_end, 0u, board.received + draw(100u), number()};
        const uint32_t offset = here[draw(5u)];
        const uint32_t room = offset < INPUT ? INPUT - offset : 0u;
        const uint32_t size = draw(16u) != 0u && room > 0u ? 1u + draw(room < 247u ? room : 247u) : draw(248u);
        used += put32(at, draw(6u) != 0u ? board.ticket : ticket);
        used += put32(at + used, offset);
        at[used++] = (uint8_t)draw(4u);
        for (uint32_t i = 0; i < size; i++) {
            at[used++] = (uint8_t)draw(256u);
        }
        return used;
    }
    case RUN:
        used += put32(at, draw(4u) != 0u ? board.ticket : ticket);
        used += put32(at + used, draw(3u) != 0u ? 0u : draw(6u));
        return used + put32(at + used, draw(3u) != 0u ? 1024u : draw(4u));
    case STEP:
        used += put32(at, draw(4u) != 0u ? board.ticket : ticket);
        return used + put32(at + used, draw(3u) != 0u ? board.steps : number());
    case CRC:
        used += put32(at, draw(4u) != 0u ? board.ticket : ticket);
        used += put32(at + used, number());
        return used + put32(at + used, number());
    default:
        used = draw(40u);
        for (size_t i = 0; i < used; i++) {
            at[i] = (uint8_t)draw(256u);
        }
        return used;
    }
}

/* One input: the bytes of a frame or noise, without zeros but the last. Returns its size. */
static size_t an_input(uint8_t *out) {
    static uint8_t body[1024];
    size_t count = 0;
    if (draw(32u) == 0u) {
        count = draw(draw(8u) == 0u ? 900u : 40u);
        for (size_t i = 0; i < count; i++) {
            out[i] = (uint8_t)(1u + draw(255u));
        }
    } else {
        static const uint8_t types[] = {HELLO, SEND, SEND, SEND, SEND, SEND, RUN, RUN, STEP, STEP, CRC};
        const uint8_t type = draw(40u) != 0u ? types[draw(sizeof types)] : (uint8_t)draw(256u);
        body[0] = draw(60u) != 0u ? 2u : (uint8_t)draw(4u);
        body[1] = type;
        body[2] = (uint8_t)draw(256u);
        body[3] = (uint8_t)draw(256u);
        size_t used = 4u + a_payload(type, body + 4);
        used = draw(60u) != 0u ? used : used - draw(3u);
        used += put32(body + used, crc_of(body, used));
        count = cobs(body, used, out);
        const uint32_t damage = draw(40u);
        if (damage == 0u) {
            out[draw((uint32_t)count)] = (uint8_t)(1u + draw(255u));
        } else if (damage == 1u) {
            count = draw((uint32_t)count);
        } else if (damage == 2u) {
            memmove(out + 1, out, count++);
        }
    }
    out[count] = 0u;
    return count + 1u;
}

static void feed(const uint8_t *data, size_t count) {
    sent_count = expected_count = 0u;
    for (size_t i = 0; i < count; i++) {
        app_receive(data[i]);
    }
}

/* Takes the board's own description from its first HELLO_REPLY; tests/unit and tests/host_c check its contents. */
static void learn_hello(void) {
    uint8_t body[12] = {2u, HELLO}, code[32], answer[600];
    put32(body + 8, crc_of(body, 8u));
    size_t count = cobs(body, sizeof body, code);
    code[count++] = 0u;
    feed(code, count);
    const long size = uncobs(sent, sent_count - 2u, answer, sizeof answer);
    if (size < 0) {
        fail("a HELLO_REPLY", 1u, 0u);
    }
    board.hello_count = (size_t)size - 8u;
    memcpy(board.hello, answer + 4, board.hello_count);
}

int main(int argc, char **argv) {
    static uint8_t data[2048];
    if (argc != 3) {
        return 2;
    }
    state = strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15ull + 1u;
    const uint64_t inputs = strtoull(argv[2], NULL, 10);
    uint64_t replies = 0;
    app_init();
    learn_hello();
    for (inputs_done = 0; inputs_done < inputs; inputs_done++) {
        const size_t count = an_input(data);
        feed(data, count);
        expect(data, count - 1u);
        replies += compare();
    }
    printf("%llu inputs, %llu replies, %u damaged frames\n", (unsigned long long)inputs, (unsigned long long)replies,
           (unsigned)board.damaged);
    return 0;
}
