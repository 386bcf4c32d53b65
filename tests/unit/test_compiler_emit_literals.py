"""Literals and initialisers of constant tables: fixed width, exact values, one row per line."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mcu_toolkit.compiler.call import C_TYPES
from mcu_toolkit.compiler.emit.literals import floating, hexadecimal, integer, rows
from mcu_toolkit.errors import CompileError

INTEGERS = [ctype for ctype, dtype in C_TYPES.items() if dtype.kind in "iu"]


def parsed(text: str) -> list[int]:
    """Integers of an initialiser, parsed as C does."""
    plain = re.sub(r"/\*.*?\*/|INT64_C\(|\)|u\b", "", text)
    plain = plain.replace("INT32_MIN", str(-(2**31))).replace("INT64_MIN", str(-(2**63)))
    return [int(word, 0) for word in re.findall(r"-?(?:0x[0-9a-f]+|\d+)", plain)]


@pytest.mark.parametrize("ctype", INTEGERS)
def test_integers_are_exact_and_of_one_width(ctype: str) -> None:
    limits = np.iinfo(C_TYPES[ctype])
    values = [limits.min, limits.min + 1, max(limits.min, -1), 0, 1, limits.max - 1, limits.max]
    texts = [hexadecimal(int(value), C_TYPES[ctype]) for value in values]
    if ctype != "int64_t":
        assert len({len(text) for text in texts}) == 1
    assert [parsed(text)[0] for text in texts] == values
    assert not any(re.fullmatch(r"\s*-?[1-9]\d*", text) for text in texts), "a decimal word"


@pytest.mark.parametrize("ctype", INTEGERS)
@pytest.mark.parametrize("shape", [(1,), (16,), (17,), (3, 9), (2, 200), (300, 1)])
def test_tables_hold_their_values_in_short_lines(ctype: str, shape: tuple[int, ...]) -> None:
    limits = np.iinfo(C_TYPES[ctype])
    values = np.random.default_rng(1).integers(limits.min, limits.max, shape, C_TYPES[ctype], endpoint=True)
    lines = rows(values, ctype)
    assert max(map(len, lines)) <= 120
    assert parsed("\n".join(lines)) == values.reshape(-1).tolist()
    if len(shape) == 2:
        starts = [line for line in lines if "/*" in line]
        assert [int(re.findall(r"/\* +(\d+)|/\*(\d+)", line)[0][0]) for line in starts] == list(range(shape[0]))


def test_one_changed_weight_changes_one_word() -> None:
    values = np.arange(-32, 32, dtype=np.int8).reshape(4, 16)
    other = values.copy()
    other[2, 3] = -other[2, 3]
    pairs = [(a, b) for a, b in zip(rows(values, "int8_t"), rows(other, "int8_t"), strict=True) if a != b]
    ((before, after),) = pairs
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before.split(","), after.split(","), strict=True)) == 1


def test_channels_are_hexadecimal_except_for_the_shift() -> None:
    table = np.array([[-201, 1 << 30, -7], [3, (1 << 31) - 1, 12]], np.int32)
    assert rows(table, "mcutk_channel") == (
        "    /* 0 */ {-0x000000c9, 0x40000000, -7},",
        "    /* 1 */ { 0x00000003, 0x7fffffff, 12},",
    )


def test_members_that_are_arrays_have_braces_of_their_own() -> None:
    table = np.zeros(2, np.dtype([("right_shifts", np.uint32), ("multipliers", np.int32, 4)]))
    table["right_shifts"][1] = 0x07060504  # four shifts in a word
    table["multipliers"][0] = 1, 2, 3, -(2**31)
    assert rows(table, "mcutk_scales_dsp") == (
        "    /* 0 */ {0x00000000u, { 0x00000001, 0x00000002, 0x00000003,  INT32_MIN}},",
        "    /* 1 */ {0x07060504u, { 0x00000000, 0x00000000, 0x00000000, 0x00000000}},",
    )


def test_values_outside_their_type_are_refused() -> None:
    with pytest.raises(CompileError, match="int8_t holds a value from 0 to 128"):
        rows(np.array([0, 128]), "int8_t")
    with pytest.raises(CompileError, match="members of mcutk_unknown"):
        rows(np.zeros((1, 2), np.int32), "mcutk_unknown")


@pytest.mark.parametrize("value", [-(2**63), -(2**31) - 1, -(2**31), -1, 0, 2**31 - 1, 2**31, 2**32 - 1, 2**32])
def test_decimal_literals_are_read_back_equal(value: int) -> None:
    names = {"INT32_MIN": -(2**31), "INT64_MIN": -(2**63)}
    text = integer(value)
    assert names.get(text) == value or int(re.sub(r"INT64_C\(|\)|u$", "", text)) == value


@pytest.mark.parametrize("value", [0.0, -1.0, 1 / 255, 1e-20, 3.4e38, 0.1])
def test_floats_are_read_back_equal(value: float) -> None:
    assert np.float32(floating(value).removesuffix("f")) == np.float32(value)


def test_infinities_are_refused() -> None:
    with pytest.raises(CompileError, match="no literal"):
        floating(float("inf"))
