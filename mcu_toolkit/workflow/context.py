"""Settings shared by all use cases: the project folder, progress, notes, and the recorded origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.workspace import Workspace


def ignore(_text: str) -> None:
    """The note function of callers that do not show notes."""


@dataclass(frozen=True)
class Context:
    """The surroundings of a use case.

    Attributes:
        workspace: the project folder.
        progress: called with the stage, what is done and the total.
        note: called with a remark for the user that is not part of the result.
        command: what manifests and reports record as the origin, for example ``mcutk build --board qemu-m4``.
    """

    workspace: Workspace
    progress: Progress = silent
    note: Callable[[str], None] = ignore
    command: str = "mcu_toolkit"
