"""The report of ``mcutk boards``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class BoardRow:
    """A supported board.

    Attributes:
        id, name, mcu: of the board.
        core: CPU core.
        kernels: instruction set of the kernels.
        flash_bytes, ram_bytes: sizes of its memories.
        latency_unit: ``instructions`` or ``cycles``.
        emulated: whether an emulator runs it.
        flashers: tools that program it, the preferred one first.
        notes: remarks for the user.
        file: descriptor of a board of the project; None for a board that ships with the toolkit.
    """

    id: str
    name: str
    mcu: str
    core: str
    kernels: str
    flash_bytes: int
    ram_bytes: int
    latency_unit: str
    emulated: bool
    flashers: tuple[str, ...]
    notes: str
    file: str | None = None


@dataclass(frozen=True)
class BoardsRecord:
    """All supported boards, sorted by id."""

    SCHEMA: ClassVar[str] = "mcutk.boards/1"

    boards: tuple[BoardRow, ...]
