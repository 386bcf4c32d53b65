"""Weights in few bits: a table of packed weights whose bytes take at most 16 or 4 values is stored as codes of 4 or 2
bits, and unpacked into scratch before its kernel runs (firmware/kernels/portable/mcutk_unpack.h).

The table is encoded as a kernel reads it, after that kernel's own packing, so the unpacked table is the same to the
last bit and any kernel can read it. A kernel only has to say in which order its table holds the channels (`Lanes`), or
bring a `Coding` of its own. Two forms:

- grid: all weights are ``origin + step * code``, as those of PACT and of int4 tensors are. Four weights are unpacked by
  one multiplication;
- values: every code selects one of a list of values. A list belongs to the whole table, or to one output channel, as
  clustered weights need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import (
    Argument,
    Call,
    ConstArray,
    FieldValue,
    Invocation,
    Packed,
    ParamsArg,
    ScratchArg,
    ScratchField,
    StructValue,
)

#: A table is encoded where its codes, and what is needed to read them, take at most this share of its bytes, and save
#: at least so many: the call that unpacks it takes about as many.
_WORTH, _LEAST_SAVING = 0.8, 64
#: Alignment of an unpacked table: that of the vectors that read it.
_ALIGN = 16
#: Bits of a code, the fewest first.
_BITS = (2, 4)
#: Instructions: to unpack a coded word by the grid form and by lists, to copy a word, and around one table.
_GRID_WORD, _GRID_WORD_SPLIT, _VALUES_WORD, _PLAIN_WORD, _ROW, _TABLE = 6, 14, 26, 4, 24, 40

#: Added to joint half-words, so that neither is negative.
_JOINT = 0x80008000

Ints = npt.NDArray[np.int64]
Fields = tuple[tuple[str, FieldValue], ...]


@dataclass(frozen=True)
class Lanes:
    """Which output channel each byte of a packed table of weights belongs to: the coding of most tables.

    Attributes:
        order: the channel within the row that each byte of a coded word belongs to, over one period, a multiple of 4;
            empty where a row has no such order.
        rows: rows of the array that make one row of this description.
        head, tail: 32-bit words at the start and at the end of a row that hold no weights.
        joint: half-words are ``256 * (odd byte) + (even byte)``, both signed, instead of two bytes.
    """

    order: tuple[int, ...] = (0, 0, 0, 0)
    rows: int = 1
    head: int = 0
    tail: int = 0
    joint: bool = False

    def forms(self, array: ConstArray, bits: int) -> Iterator[Packed]:
        """A grid; one list of values for all weights; a list for each channel."""
        table = _Table.of(array, self)
        if table.weights.size:
            yield from _grid(table, bits)
            yield from _lists(table, bits)


def takes_few_values(channels: npt.NDArray[np.int8]) -> bool:
    """Whether the weights of every output channel take at most 16 values: a quick test before a table is packed.

    Args:
        channels: int8 [out_c, weights of the channel].
    """
    ordered = np.sort(channels, axis=1)
    return int((ordered[:, 1:] != ordered[:, :-1]).sum(axis=1).max(initial=0)) < 1 << max(_BITS)


def in_few_bits(call: Call) -> Call | None:
    """The same call with its tables of weights in few bits where that saves flash; None where no table does.

    Args:
        call: its weights are packed. It invokes one function that has one parameter struct.
    """
    tables: list[Packed] = []
    unpacking: list[Invocation] = []
    used = 0

    def stored(value: FieldValue) -> FieldValue:
        nonlocal used
        packed = encode(value) if isinstance(value, ConstArray) else None
        if packed is None or not isinstance(value, ConstArray):
            return value
        tables.append(packed)
        unpacking.append(Invocation(packed.function, (ScratchArg(used), packed.arguments)))
        field = ScratchField(value.ctype, used)
        used += -(-packed.plain_bytes // _ALIGN) * _ALIGN
        return field

    def argument(value: Argument) -> Argument:
        if isinstance(value, ParamsArg):
            return replace(value, fields=tuple((name, stored(field)) for name, field in value.fields))
        return value

    changed = [replace(i, arguments=tuple(map(argument, i.arguments))) for i in call.invocations]
    if not tables:
        return None
    moved = tuple(replace(i, arguments=tuple(_behind(a, used) for a in i.arguments)) for i in changed)
    return replace(
        call,
        invocations=(*unpacking, *moved),
        sources=(*call.sources, *sorted({packed.source for packed in tables})),
        headers=(*call.headers, *sorted({packed.header for packed in tables})),
        scratch_bytes=used + call.scratch_bytes,
        scratch_align=max(call.scratch_align, _ALIGN),
        cost=call.cost + sum(packed.cost for packed in tables),
        note="weights in few bits",
    )


def _behind(argument: Argument, used: int) -> Argument:
    """The scratch of the kernel begins behind the unpacked tables."""
    return replace(argument, offset=argument.offset + used) if isinstance(argument, ScratchArg) else argument


def encode(array: ConstArray) -> Packed | None:
    """A table in few bits; None where its kernel has no coding for it, or its weights take too many values."""
    if array.coding is None or array.values.nbytes <= _LEAST_SAVING:
        return None
    forms = (form for bits in _BITS for form in array.coding.forms(array, bits))
    best = min(forms, key=lambda form: form.bytes, default=None)
    if best is None or best.bytes > min(_WORTH * best.plain_bytes, best.plain_bytes - _LEAST_SAVING):
        return None
    return best


def grid_of(weights: Ints, bits: int) -> tuple[Ints, int, int] | None:
    """Codes, step and origin of weights on a grid; None where it has too many points for codes of so many bits."""
    origin = int(weights.min())
    step = int(np.gcd.reduce((weights - origin).reshape(-1))) or 1
    codes = (weights - origin) // step
    return (codes, step, origin) if codes.max() < 1 << bits else None


def stream(codes: Ints, bits: int) -> npt.NDArray[np.uint32]:
    """Code words as ``mcutk_unpack.h`` says.

    Args:
        codes: the bytes of the coded words in order.
        bits: of a code.
    """
    each = 8 // bits
    coded = (np.pad(codes.reshape(-1), (0, -codes.size % 4)).reshape(-1, 4) << np.array([0, 8, 16, 24])).sum(axis=1)
    words = np.pad(coded, (0, -coded.size % each)).reshape(-1, each)
    code_words: npt.NDArray[np.uint32] = (words << bits * np.arange(each)).sum(axis=1).astype(np.uint32)
    return code_words


@dataclass(frozen=True, eq=False)
class _Table:
    """A packed table taken apart.

    Attributes:
        lanes: its order.
        words: uint32 [rows, words].
        weights: the bytes of the coded words, [rows, bytes].
        by_row: whether the rows are still those of the lanes.
    """

    lanes: Lanes
    words: Ints
    weights: Ints
    by_row: bool

    @classmethod
    def of(cls, array: ConstArray, lanes: Lanes) -> _Table:
        """Bytes whose rows are not whole words become one row, filled up with zeros."""
        raw = np.ascontiguousarray(array.values).view(np.uint8)
        raw = raw.reshape(len(array.values) // lanes.rows, -1)
        by_row = raw.shape[1] % 4 == 0
        if not by_row:
            raw = np.pad(raw.reshape(1, -1), ((0, 0), (0, -raw.size % 4)))
        words = np.ascontiguousarray(raw).view("<u4").astype(np.int64)
        return cls(lanes, words, _weights(words[:, lanes.head : words.shape[1] - lanes.tail], lanes.joint), by_row)


def _weights(coded: Ints, joint: bool) -> Ints:
    """The weights in coded words, [rows, 4 * words]."""
    found: list[Ints] = []
    for half in (coded & 0xFFFF, coded >> 16):
        low = (half & 0xFF ^ 0x80) - 0x80
        # The high byte of a joint half-word lacks one where the low byte is negative.
        high = ((half - low if joint else half) >> 8 & 0xFF ^ 0x80) - 0x80
        found += [low, high]
    return np.stack(found, axis=-1).reshape(len(coded), -1)


def _grid(table: _Table, bits: int) -> Iterator[Packed]:
    """The grid form."""
    weights, joint = table.weights, table.lanes.joint
    found = grid_of(weights, bits)
    if found is not None:
        codes, step, origin = found
        add = origin * 0x01010101 + (_JOINT if joint else 128 * 0x01010101)
        word = _GRID_WORD if weights.shape[1] // 4 % (8 // bits) == 0 else _GRID_WORD_SPLIT
        yield _packed(table, "grid", codes, bits, add, (("step", step),), word)


def _lists(table: _Table, bits: int) -> Iterator[Packed]:
    """The values form: one list for all weights, then a list for each channel."""
    weights, order = table.weights, np.array(table.lanes.order, np.int64)
    add = _JOINT - 128 * 0x01010101 if table.lanes.joint else 0
    everywhere = _listed(weights.reshape(1, -1), np.zeros(weights.size, np.int64), bits)
    if everywhere is not None:
        codes, values = everywhere
        fields = _list_fields(values, np.zeros(4, np.int64), 0)
        yield _packed(table, "values", codes.reshape(weights.shape), bits, add, fields, _VALUES_WORD)
    if table.by_row and order.size and weights.shape[1] % order.size == 0:
        by_channel = _listed(weights, np.tile(order, weights.shape[1] // order.size), bits)
        if by_channel is not None:
            codes, values = by_channel
            fields = _list_fields(values, order, values[0].size)
            yield _packed(table, "values", codes, bits, add, fields, _VALUES_WORD)


def _listed(weights: Ints, order: Ints, bits: int) -> tuple[Ints, Ints] | None:
    """Codes and lists of values.

    Args:
        weights: [rows, n].
        order: [n], the list that each weight of a row takes.
        bits: of a code.

    Returns:
        Codes [rows, n] and values [rows, lists, 2^bits]; None where a list is too short.
    """
    codes = np.zeros_like(weights)
    values = np.zeros((len(weights), int(order.max(initial=0)) + 1, 1 << bits), np.int64)
    for row, line in enumerate(weights):
        for number in range(values.shape[1]):
            at = order == number
            found, inverse = np.unique(line[at], return_inverse=True)
            if found.size > 1 << bits:
                return None
            codes[row, at] = inverse
            values[row, number, : found.size] = found
    return codes, values


def _list_fields(values: Ints, order: Ints, step: int) -> Fields:
    """The members of ``mcutk_packed_values`` behind the table."""
    biased = (values + 128).astype(np.uint8).reshape(-1, values.shape[2])
    lists = order.reshape(-1, 4).astype(np.uint8)
    return (
        ("values", ConstArray("values", "uint8_t", biased, align=1, layout="a row per list: weights + 128")),
        (
            "lists",
            ConstArray("lists", "uint8_t", lists, align=1, layout="a row per word"),
        ),
        ("period", order.size // 4),
        ("values_step", step),
    )


def _packed(table: _Table, form: str, codes: Ints, bits: int, add: int, fields: Fields, word_cost: int) -> Packed:
    """A table whose codes are known."""
    lanes, rows, width = table.lanes, len(table.words), table.words.shape[1]
    plain = np.concatenate([table.words[:, : lanes.head], table.words[:, width - lanes.tail :]], axis=1)
    biases = ConstArray("plain", "uint32_t", plain.astype(np.uint32), layout="a row per row of the table")
    header = (
        ("codes", code_table("codes", codes, bits)),
        ("plain", biases if plain.size else None),
        ("rows", rows),
        ("coded", codes.shape[1] // 4),
        ("head", lanes.head),
        ("tail", lanes.tail),
        ("bits", bits),
        ("add", add & 0xFFFFFFFF),
        ("flip", _JOINT if lanes.joint else 0x80808080),
    )
    return Packed(
        function=f"mcutk_unpack_{form}",
        arguments=ParamsArg(f"mcutk_packed_{form}", (("table", StructValue(header)), *fields), suffix="packed"),
        plain_bytes=4 * table.words.size,
        cost=_TABLE + rows * _ROW + _PLAIN_WORD * plain.size + word_cost * (codes.size // 4),
    )


def code_table(suffix: str, codes: Ints, bits: int) -> ConstArray:
    """A constant table of `stream`."""
    return ConstArray(suffix, "uint32_t", stream(codes, bits), layout=f"{bits}-bit codes as mcutk_unpack.h says")
