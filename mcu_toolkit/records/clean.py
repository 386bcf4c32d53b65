"""``--json`` of ``mcutk clean``: the files that were removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class CleanRecord:
    """What was removed.

    Attributes:
        removed: paths relative to the project folder, sorted.
        bytes: their sizes together.
    """

    SCHEMA: ClassVar[str] = "mcutk.clean/1"

    removed: tuple[str, ...]
    bytes: int
