/* hal.h for a program on a POSIX host, whose link is standard input and output: for tests of the application, and of programs
 * that speak to a board. The timer counts nothing: the speed of a host is not that of a microcontroller. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "hal.h"

static uint8_t input[4096];
static size_t input_used, input_length;

void hal_init(void) {}

/* Fills the empty input buffer with the bytes that have arrived. The end of the stream ends the program. */
static void refill(int timeout_ms) {
    struct pollfd source = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&source, 1, timeout_ms) <= 0) {
        return;
    }
    const ssize_t count = read(STDIN_FILENO, input, sizeof input);
    if (count == 0 || (count < 0 && errno != EINTR)) {
        exit(0);
    }
    input_used = 0;
    input_length = count > 0 ? (size_t)count : 0u;
}

int hal_getc(void) {
    if (input_used == input_length) {
        input_used = input_length = 0;
        refill(0);
    }
    return input_used < input_length ? (int)input[input_used++] : -1;
}

bool hal_putc(uint8_t byte) {
    ssize_t count;
    do {
        count = write(STDOUT_FILENO, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN) {
        exit(0); /* the reader has closed the stream */
    }
    return count == 1;
}

void hal_wait(void) {
    if (input_used == input_length) {
        input_used = input_length = 0;
        refill(-1);
    }
}

void hal_timed_begin(void) {}

uint64_t hal_timed_end(void) { return 0u; }

uint32_t hal_calibration_loop(void) { return 0u; }

void hal_ram(hal_ram_use *use) { *use = (hal_ram_use){0}; }
