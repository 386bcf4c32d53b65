#include "mcutk_unpack.h"

#include "mcutk_codes.h"

/* Whole code words: 8 / bits coded words from each. */
static uint32_t *mcutk_unpack_whole(
    uint32_t *to, const uint32_t *codes, const uint32_t *end, const mcutk_packed_grid *p) {
    const uint32_t step = p->step, add = p->table.add, flip = p->table.flip;
    if (p->table.bits == 4) {
        for (; codes != end; to += 2) {
            const uint32_t word = *codes++;
            to[0] = ((word & 0x0F0F0F0Fu) * step + add) ^ flip;
            to[1] = ((word >> 4 & 0x0F0F0F0Fu) * step + add) ^ flip;
        }
    } else {
        for (; codes != end; to += 4) {
            const uint32_t word = *codes++;
            to[0] = ((word & 0x03030303u) * step + add) ^ flip;
            to[1] = ((word >> 2 & 0x03030303u) * step + add) ^ flip;
            to[2] = ((word >> 4 & 0x03030303u) * step + add) ^ flip;
            to[3] = ((word >> 6 & 0x03030303u) * step + add) ^ flip;
        }
    }
    return to;
}

static uint32_t *mcutk_unpack_plain(uint32_t *to, const uint32_t **plain, int32_t count) {
    const uint32_t *from = *plain;
    for (; count > 0; --count) {
        *to++ = *from++;
    }
    *plain = from;
    return to;
}

void mcutk_unpack_grid(void *to, const mcutk_packed_grid *p) {
    const mcutk_packed_rows *const t = &p->table;
    const int32_t bits = t->bits, each = 8 / bits;
    const uint32_t *plain = t->plain;
    mcutk_codes reader = {t->codes, 0, 0};
    uint32_t *out = to;
    for (int32_t row = 0; row < t->rows; ++row) {
        int32_t words = t->coded;
        out = mcutk_unpack_plain(out, &plain, t->head);
        if (reader.left == 0) {
            const uint32_t *const end = reader.next + words / each;
            out = mcutk_unpack_whole(out, reader.next, end, p);
            reader.next = end;
            words %= each;
        }
        for (; words > 0; --words) {
            *out++ = (mcutk_codes_read(&reader, bits) * p->step + t->add) ^ t->flip;
        }
        out = mcutk_unpack_plain(out, &plain, t->tail);
    }
}

void mcutk_unpack_values(void *to, const mcutk_packed_values *p) {
    const mcutk_packed_rows *const t = &p->table;
    const int32_t bits = t->bits;
    const uint32_t code = (1u << bits) - 1u;
    const uint32_t *plain = t->plain;
    const uint8_t *values = p->values;
    const uint8_t *const lists_end = p->lists + 4 * p->period;
    mcutk_codes reader = {t->codes, 0, 0};
    uint32_t *out = to;
    for (int32_t row = 0; row < t->rows; ++row) {
        const uint8_t *list = p->lists;
        out = mcutk_unpack_plain(out, &plain, t->head);
        for (int32_t words = t->coded; words > 0; --words) {
            const uint32_t codes = mcutk_codes_read(&reader, bits);
            uint32_t sum = values[((uint32_t)list[0] << bits) + (codes & code)];
            sum += (uint32_t)values[((uint32_t)list[1] << bits) + (codes >> 8 & code)] << 8;
            sum += (uint32_t)values[((uint32_t)list[2] << bits) + (codes >> 16 & code)] << 16;
            sum += (uint32_t)values[((uint32_t)list[3] << bits) + (codes >> 24)] << 24;
            *out++ = (sum + t->add) ^ t->flip;
            list = list + 4 == lists_end ? p->lists : list + 4;
        }
        out = mcutk_unpack_plain(out, &plain, t->tail);
        values += p->values_step;
    }
}
