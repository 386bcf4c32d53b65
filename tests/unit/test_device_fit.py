"""Errors for images that do not fit: bytes needed, limit, and the largest symbols."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.device.fit import STACK_BESIDE_MODEL, check_stack, stack_need, unfit
from mcu_toolkit.device.footprint import Footprint
from mcu_toolkit.errors import FitError
from mcu_toolkit.records.build import Contributor

BOARD = load_board("stm32vldiscovery")  # 128 KiB of flash, 8 KiB of RAM
SYMBOLS = (
    Contributor("model_weights", "flash", "weights", 200_000),
    Contributor("arena", "ram", "arena", 9_000),
    Contributor("table", "both", "engine", 512),
)


def test_the_stack_of_the_application_is_added() -> None:
    assert stack_need(100) == 100 + STACK_BESIDE_MODEL
    assert stack_need(None) is None


def test_the_stack_may_use_all_reserved_bytes() -> None:
    room = BOARD.memory.stack_bytes - STACK_BESIDE_MODEL
    check_stack(BOARD, room)
    check_stack(BOARD, None)
    with pytest.raises(FitError, match="stack of stm32vldiscovery is too small") as caught:
        check_stack(BOARD, room + 1)
    assert f"memory.stack_bytes = {BOARD.memory.stack_bytes:,}" in str(caught.value)


def test_only_symbols_of_the_full_memory_are_listed() -> None:
    size = Footprint(
        flash=210_000, engine=9_000, tables=500, weights=200_000, ram=4_000, arena=2_000, contributors=SYMBOLS
    )
    text = str(unfit(BOARD, size))
    assert "210,000 bytes of flash where there are 131,072" in text
    assert "model_weights" in text and "table" in text and "arena" not in text
    assert "--optimize ram" not in text


def test_ram_and_flash_are_reported_together() -> None:
    size = Footprint(
        flash=210_000, engine=9_000, tables=500, weights=200_000, ram=10_000, arena=9_000, contributors=SYMBOLS
    )
    text = str(unfit(BOARD, size))
    assert "bytes of flash where there are" in text and "10,000 bytes of RAM where there are 8,192" in text
    assert "--optimize ram" in text


def test_the_board_sets_the_limits() -> None:
    roomy = replace(BOARD, memory=replace(BOARD.memory, ram_bytes=16_384))
    size = Footprint(
        flash=210_000, engine=9_000, tables=500, weights=200_000, ram=10_000, arena=9_000, contributors=SYMBOLS
    )
    assert "bytes of RAM where" not in str(unfit(roomy, size))
