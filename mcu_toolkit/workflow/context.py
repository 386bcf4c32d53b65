"""The context that every use case takes: project folder, progress, notes and recorded origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.workspace import Workspace


def ignore(_text: str) -> None:
    """The note function of callers that show no notes."""


def distrust(_descriptor: Path) -> bool:
    """The trust function of callers that cannot ask the user."""
    return False


@dataclass(frozen=True)
class Context:
    """Arguments that all use cases have in common.

    Attributes:
        workspace: the project folder.
        progress: called with the stage, the part done and the total.
        note: called with a remark for the user that is not part of the result.
        trust: called with a board descriptor of the project; whether the user trusts it.
        command: the origin that manifests and reports record, for example ``mcutk build --board qemu-m4``.
    """

    workspace: Workspace
    progress: Progress = silent
    note: Callable[[str], None] = ignore
    command: str = "mcu_toolkit"
    trust: Callable[[Path], bool] = distrust
