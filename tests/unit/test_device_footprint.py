"""Sizes from a linker map: the input sections that count, and the part of the program to which each belongs."""

from __future__ import annotations

import pytest

from mcu_toolkit.device.footprint import Piece, Share, pieces

MAP = """
Discarded input sections

 .text.unused   0x0000000000000000       0x10 base-app-app.c.o

Linker script and memory map

 .text.main     0x0000000000000100       0x24 base-app-main.c.o
 .text.a_function_whose_name_is_longer_than_the_column
                0x0000000000000124       0x08 model-model.c.o
 .rodata.model_weights
                0x0000000000000200      0x400 model-model_weights.c.o
 .rodata.empty  0x0000000000000600        0x0 model-model.c.o
 COMMON         0x0000000020000000        0x4 libc.a(lib_a-impure.o)
 .text          0x0000000000000700       0x2e /usr/lib/libc.a(lib_a-memset.o)
"""


def test_kept_sections_are_found_whatever_their_layout() -> None:
    assert [(piece.symbol, piece.address, piece.size) for piece in pieces(MAP)] == [
        ("main", 0x100, 0x24),
        ("a_function_whose_name_is_longer_than_the_column", 0x124, 8),
        ("model_weights", 0x200, 0x400),
        ("libc.a(lib_a-impure.o):COMMON", 0x20000000, 4),
        ("libc.a(lib_a-memset.o):.text", 0x700, 0x2E),
    ]


def test_the_symbol_of_a_section_is_in_its_name() -> None:
    assert Piece(".bss.arena", "x.o", 0, 4).symbol == "arena"
    assert Piece(".data.table.0", "x.o", 0, 4).symbol == "table.0"


@pytest.mark.parametrize(
    ("share", "part"), [((0, 0, 0), "other"), ((8, 0, 0), "engine"), ((8, 8, 0), "tables"), ((8, 8, 2), "weights")]
)
def test_a_section_belongs_to_one_part(share: tuple[int, int, int], part: str) -> None:
    assert Share(*share).part == part
