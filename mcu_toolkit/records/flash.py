"""The report of ``mcutk flash``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FlashRecord:
    """A board that was programmed.

    Attributes:
        board: board id.
        tool: name of the flasher.
        firmware_sha256: of the image, 64 hex digits.
        said: what was done, in words.
    """

    SCHEMA: ClassVar[str] = "mcutk.flash/1"

    board: str
    tool: str
    firmware_sha256: str
    said: str
