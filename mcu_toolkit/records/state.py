"""``state.json`` of a project folder: what was trained, built and flashed last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from mcu_toolkit.records.codec import read, write
from mcu_toolkit.workspace import Workspace

FILE = "state.json"
_HINT = "delete it: the file only holds what was trained, built and flashed last"


@dataclass(frozen=True)
class State:
    """What was done last in a project folder.

    Attributes:
        train: name of the run folder that was trained last.
        build, flash: board that was built for, and programmed, last: its id or the absolute path of its descriptor.
        flashed: board id → SHA-256 of the firmware that it holds.
    """

    SCHEMA: ClassVar[str] = "mcutk.state/1"

    train: str | None = None
    build: str | None = None
    flash: str | None = None
    flashed: Mapping[str, str] = field(default_factory=dict)


def read_state(workspace: Workspace) -> State:
    """The state of a project folder; empty where nothing was done yet.

    Raises:
        WorkspaceError: the file is damaged, or an earlier version of mcutk wrote it (it then has no schema).
    """
    path = workspace.out / FILE
    return read(State, path, hint=_HINT) if path.is_file() else State()


def remember(
    workspace: Workspace,
    *,
    train: str | None = None,
    build: str | None = None,
    flash: str | None = None,
    flashed: Mapping[str, str] | None = None,
) -> None:
    """Update the fields that are given; `flashed` adds its boards to those recorded.

    Raises:
        WorkspaceError: as `read_state`, or the disk refuses.
    """
    before = read_state(workspace)
    after = replace(
        before,
        train=train or before.train,
        build=build or before.build,
        flash=flash or before.flash,
        flashed={**before.flashed, **(flashed or {})},
    )
    write(workspace.out / FILE, after)
