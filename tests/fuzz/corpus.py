"""Seeds of the fuzzer (small models with every operator), and mutations for FlatBuffers."""

from __future__ import annotations

import struct
from random import Random

from tests.support.randmodels import MAKERS, random_graph_model, register_all

#: Numbers at the limits of sizes, offsets and types.
_WORDS = (
    0, 1, 2, 3, 4, 7, 8, 15, 16, 64, 127, 128, 255, 256, 1 << 12, 1 << 14, 0x7FFF, 0x8000, 0xFFFF, 1 << 16, 1 << 20,
    1 << 24, 1 << 28, 0x3FFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x7F800000, 0xFF800000, 0x7FC00000,
)  # fmt: skip


def seeds() -> list[bytes]:
    """Two models of each operator and some mixed ones."""
    register_all()
    singles = [random_graph_model(seed, ops=(op,), nodes=2) for op in sorted(MAKERS) for seed in (1, 2)]
    return singles + [random_graph_model(seed) for seed in range(20)]


def mutate(data: bytes, other: bytes, rng: Random) -> bytes:
    """A file with a few random changes; `other` is a second file of the corpus, parts of which are copied."""
    buffer = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        if len(buffer) < 16:
            break
        rng.choice(_MUTATIONS)(buffer, other, rng)
    return bytes(buffer[: 1 << 17])


def _flip(buffer: bytearray, other: bytes, rng: Random) -> None:
    buffer[rng.randrange(len(buffer))] ^= 1 << rng.randrange(8)


def _byte(buffer: bytearray, other: bytes, rng: Random) -> None:
    buffer[rng.randrange(len(buffer))] = rng.choice((0, 1, 2, 4, 127, 128, 254, 255, rng.randrange(256)))


def _word(buffer: bytearray, other: bytes, rng: Random) -> None:
    struct.pack_into("<I", buffer, rng.randrange(0, len(buffer) - 3, 4), rng.choice(_WORDS))


def _half(buffer: bytearray, other: bytes, rng: Random) -> None:
    struct.pack_into("<H", buffer, rng.randrange(0, len(buffer) - 1, 2), rng.choice(_WORDS) & 0xFFFF)


def _nudge(buffer: bytearray, other: bytes, rng: Random) -> None:
    """Change an offset, a length or a dimension by a little."""
    place = rng.randrange(0, len(buffer) - 3, 4)
    (value,) = struct.unpack_from("<I", buffer, place)
    struct.pack_into("<I", buffer, place, (value + rng.choice((-8, -4, -2, -1, 1, 2, 4, 8))) & 0xFFFFFFFF)


def _redirect(buffer: bytearray, other: bytes, rng: Random) -> None:
    """Make an offset point to another place in the file."""
    place = rng.randrange(0, len(buffer) - 3, 4)
    struct.pack_into("<i", buffer, place, rng.randrange(0, len(buffer), 4) - place)


def _copy(buffer: bytearray, other: bytes, rng: Random) -> None:
    """Copy a part of the file over another part."""
    size = rng.choice((4, 8, 16, 64))
    source, target = rng.randrange(0, len(buffer), 4), rng.randrange(0, len(buffer), 4)
    piece = bytes(buffer[source : source + size])
    buffer[target : target + len(piece)] = piece


def _splice(buffer: bytearray, other: bytes, rng: Random) -> None:
    """Copy a part of another file into this one."""
    size, source = rng.choice((4, 16, 64, 256)), rng.randrange(0, max(4, len(other)), 4)
    target = rng.randrange(0, len(buffer), 4)
    buffer[target : target + size] = other[source : source + size]


def _truncate(buffer: bytearray, other: bytes, rng: Random) -> None:
    if rng.random() < 0.3:
        del buffer[rng.randrange(8, len(buffer)) :]


def _insert(buffer: bytearray, other: bytes, rng: Random) -> None:
    if rng.random() < 0.3:
        place = rng.randrange(0, len(buffer), 4)
        buffer[place:place] = bytes(rng.choice((4, 8, 64)))


_MUTATIONS = (_flip, _byte, _word, _word, _half, _nudge, _nudge, _redirect, _copy, _splice, _truncate, _insert)
