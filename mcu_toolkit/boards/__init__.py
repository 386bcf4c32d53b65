"""Board descriptors: ``boards/<id>.toml`` read into frozen dataclasses. Unknown keys are refused.

`docs/boards.md` explains every key and how to add a board. Nothing here opens a port or starts a program.
"""

from mcu_toolkit.boards.check import OVERLAPS, UNITS
from mcu_toolkit.boards.descriptor import (
    Board,
    Core,
    Emulation,
    FlashSettings,
    Hal,
    LinkSettings,
    MemoryMap,
    Timing,
    Usb,
)
from mcu_toolkit.boards.load import is_shipped, list_boards, load_board

__all__ = [
    "OVERLAPS",
    "UNITS",
    "Board",
    "Core",
    "Emulation",
    "FlashSettings",
    "Hal",
    "LinkSettings",
    "MemoryMap",
    "Timing",
    "Usb",
    "is_shipped",
    "list_boards",
    "load_board",
]
