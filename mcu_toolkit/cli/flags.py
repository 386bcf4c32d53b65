"""Options that reach the whole command: of the program itself, and `--trust` of the commands that take a board."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Flags:
    """What the options said.

    Attributes:
        verbose: show tracebacks of errors.
        trust: use board descriptors of the project without asking.
    """

    verbose: bool = False
    trust: bool = False
