/* Numbers of the link's requests and refusals (docs/protocol.md, "Requests and replies" and "ERROR"). */
#ifndef MCUTK_REQUESTS_H
#define MCUTK_REQUESTS_H

enum { /* types of frames; a reply has bit 7 set */
    TYPE_HELLO = 0x01,
    TYPE_INPUT = 0x02,
    TYPE_RUN = 0x03,
    TYPE_STEP = 0x04,
    TYPE_CRC = 0x05,
    TYPE_REPLY = 0x80,
    TYPE_ERROR = 0xFF,
};

enum { /* reasons for refusing a frame */
    ERROR_DAMAGED = 1,
    ERROR_VERSION = 2,
    ERROR_TYPE = 3,
    ERROR_LENGTH = 4,
    ERROR_INCOMPLETE = 5,
    ERROR_GAP = 6,
    ERROR_RANGE = 7,
    ERROR_ORDER = 8,
    ERROR_FAULT = 9,
};

#define INPUT_HEADER 9u         /* bytes of an INPUT before its data: ticket, offset, flags */
#define INPUT_ACKNOWLEDGE 0x01u /* flags of INPUT: reply INPUT_ACK; */
#define INPUT_KEEP 0x02u        /* do not reset the variables before this input */
#define RESULT_PIECE 1024u      /* most output bytes in one RESULT */

#endif
