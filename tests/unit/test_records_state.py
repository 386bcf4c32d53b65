"""The state of a project folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.state import State, read_state, remember
from mcu_toolkit.workspace import Workspace


def test_state_is_updated_field_by_field(tmp_path: Path) -> None:
    found = Workspace(tmp_path)
    assert read_state(found) == State()
    remember(found, build="qemu-m4")
    remember(found, flash="qemu-m4", flashed={"qemu-m4": "a" * 64})
    remember(found, train="brain", flashed={"nano33": "b" * 64})
    assert read_state(found) == State("brain", "qemu-m4", "qemu-m4", {"qemu-m4": "a" * 64, "nano33": "b" * 64})
    written = json.loads((tmp_path / "mcutk-out" / "state.json").read_text(encoding="utf-8"))
    assert (written["schema"], written["build"]) == ("mcutk.state/1", "qemu-m4")


@pytest.mark.parametrize("text", ['{"build": "qemu-m4"}', '{"schema": "mcutk.state/2"}', "[]", "{", ""])
def test_a_state_that_cannot_be_read_says_to_delete_it(text: str, tmp_path: Path) -> None:
    """A file without a schema was written by an earlier version of mcutk."""
    path = tmp_path / "mcutk-out" / "state.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"state\.json") as caught:
        read_state(Workspace(tmp_path))
    assert "delete it" in str(caught.value.hint)
