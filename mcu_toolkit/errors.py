"""All exceptions of the toolkit.

::

    McutkError                  every error that a user can cause or correct; the CLI prints it without a traceback
    ├── ConfigError             argument, recipe, board or project file (exit code 2; all others 1)
    ├── DataError               image folders, images, splits
    ├── ModelError              a model file; carries the byte offset or the node
    │   ├── UnsuitableError     a sound file of a kind that is not compiled
    │   └── UnsupportedError    operators outside the compiler's list
    ├── CompileError            a check of the compiler failed: a pass, plan or emission broke an invariant
    ├── FitError                the image does not fit the board
    ├── ToolError               an external program
    │   ├── ToolMissingError    it is not installed (the hint is the install command)
    │   └── ToolFailedError     it ran and failed, or ran too long
    ├── LinkError               the serial link
    │   ├── PortError           the port cannot be opened or is busy
    │   │   └── PortGoneError   it went away while it was open
    │   ├── CrashError          the firmware stopped at a fault
    │   ├── ProtocolError       the answer is not in the protocol
    │   └── WrongFirmwareError  the board answers, but runs another model or firmware
    ├── SignatureError          a signed statement is not that of the key, or the files are not those of the statement
    ├── WorkspaceError          artefacts missing, damaged or not writable (full disk)
    └── TrainError              training cannot start or continue

An error says what was expected, what was received and what to try.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class McutkError(Exception):
    """Base class of all errors shown to the user.

    Args:
        message: one sentence that says what is wrong.
        expected: what was expected, if that helps.
        received: what was received instead.
        hint: what to try, if possible a command.
    """

    exit_code = 1

    def __init__(
        self, message: str, *, expected: str | None = None, received: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.received = received
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.message]
        if self.expected is not None:
            lines.append(f"  expected: {self.expected}")
        if self.received is not None:
            lines.append(f"  received: {self.received}")
        if self.hint is not None:
            lines.append(f"  try: {self.hint}")
        return "\n".join(lines)


class ConfigError(McutkError):
    """An argument, recipe, board descriptor or project file is wrong."""

    exit_code = 2


class DataError(McutkError):
    """An image folder, an image or a split is wrong."""


class ModelError(McutkError):
    """A model file is damaged or unsuitable.

    Args:
        offset: byte offset in the file where reading failed, if known.
        node: index of the node concerned, if known.
    """

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        node: int | None = None,
        expected: str | None = None,
        received: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, expected=expected, received=received, hint=hint)
        self.offset = offset
        self.node = node


@dataclass(frozen=True)
class Unsupported:
    """One reason why a model cannot be compiled."""

    node: int
    operator: str
    reason: str


def number_list(word: str, numbers: Sequence[int]) -> str:
    """Ascending numbers in words, for example ``nodes 2, 5-8``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return f"{word}{'s' if len(numbers) > 1 else ''} {', '.join(texts)}"


class UnsuitableError(ModelError):
    """A sound model file of a kind that is not compiled (float32, hybrid, for another runtime); one line says which."""


class UnsupportedError(ModelError):
    """The model has operators, or forms of operators, that the compiler does not support; each kind is listed once."""

    def __init__(self, problems: tuple[Unsupported, ...]) -> None:
        kinds: dict[tuple[str, str], list[int]] = {}
        for problem in problems:
            kinds.setdefault((problem.operator, problem.reason), []).append(problem.node)
        listing = "\n".join(
            f"  {operator}: {reason} ({number_list('node', nodes)})" for (operator, reason), nodes in kinds.items()
        )
        super().__init__(
            f"the model is not supported: {len(kinds)} reason{'s' if len(kinds) > 1 else ''}\n{listing}",
            node=problems[0].node if problems else None,
            hint="mcutk inspect MODEL.tflite lists every node and what the compiler supports",
        )
        self.problems = problems


class CompileError(McutkError):
    """A check of the compiler on its own results failed; nothing was written."""


class FitError(McutkError):
    """The image needs more flash or RAM than the board has."""


class ToolError(McutkError):
    """An external program is missing or failed."""


class ToolMissingError(ToolError):
    """An external program is not installed."""


class ToolFailedError(ToolError):
    """An external program ran and failed, or exceeded its time."""


class LinkError(McutkError):
    """The serial link failed."""


class PortError(LinkError):
    """A port does not exist or is busy."""


class PortGoneError(PortError):
    """A port went away while it was open: it may come back."""


class CrashError(LinkError):
    """The firmware stopped at a fault."""


class ProtocolError(LinkError):
    """The other end does not speak the protocol."""


class WrongFirmwareError(LinkError):
    """The board runs another model or firmware than the one expected."""


class WorkspaceError(McutkError):
    """An artefact is missing or damaged, or cannot be written."""


class SignatureError(McutkError):
    """A signed statement is not that of the key, or files are not those of the statement."""


class TrainError(McutkError):
    """Training cannot start or continue."""
