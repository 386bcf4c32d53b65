#include "mcutk_unpack_strip_dsp.h"

#include "mcutk_codes.h"

/* Four weights from four codes: sums of bytes that carry into no other, then the sign. */
static inline uint32_t mcutk_unpack_strip_dsp_word(uint32_t codes, const mcutk_packed_strip_dsp *p) {
    return (codes * p->step + p->add) ^ 0x80808080u;
}

void mcutk_unpack_strip_dsp(void *to, const mcutk_packed_strip_dsp *p) {
    mcutk_codes taps = {p->codes, 0, 0}, ninth = {p->last, 0, 0};
    const int32_t bits = p->bits;
    uint32_t *out = to;
    uint32_t last = 0;
    for (int32_t channel = 0; channel < p->channels; ++channel, out += 4) {
        last = (channel & 3) == 0 ? mcutk_codes_read(&ninth, bits) : last >> 8;
        const uint32_t a = mcutk_codes_read(&taps, bits); /* (0,0) (0,1) (1,0) (1,1) */
        const uint32_t b = mcutk_codes_read(&taps, bits); /* (0,2) (2,1) (1,2) (2,0) */
        out[0] = mcutk_unpack_strip_dsp_word(a, p);
        out[1] = mcutk_unpack_strip_dsp_word((b & 0xFFFF00FFu) | (a >> 8 & 0xFF00u), p);
        out[2] = mcutk_unpack_strip_dsp_word(a >> 24 | (b >> 8 & 0xFF00u) | (b & 0xFF00u) << 8 | last << 24, p);
        out[3] = p->biases[channel];
    }
}
