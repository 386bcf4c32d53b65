"""Build folders, and the record of the last flash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.built import Built, require_build, require_flashed
from mcu_toolkit.workflow.sources import ModelSource
from mcu_toolkit.workspace import Workspace
from tests.support.records import example


def built(board: str, firmware: str = "new") -> Built:
    """A build of a made-up model."""
    record = replace(example(BuildRecord), firmware_sha256=firmware, optimize="ram")
    return Built(Path("build"), load_board(board), record, ModelSource("file", Path("m.tflite"), b""))


def test_a_board_without_a_build_names_the_command(workspace: Workspace) -> None:
    board = load_board("qemu-m4")
    with pytest.raises(WorkspaceError, match="nothing was built for qemu-m4") as caught:
        require_build(workspace, board)
    assert caught.value.hint == "mcutk build --board qemu-m4"
    folder = workspace.build_dir("qemu-m4")
    folder.mkdir(parents=True)
    (folder / "build.json").write_text("{}", encoding="utf-8")
    assert require_build(workspace, board) == folder


def test_an_emulated_board_has_to_be_flashed_first(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="not flashed yet"):
        require_flashed(workspace, built("qemu-m4"))


def test_a_hardware_board_may_have_been_flashed_elsewhere(workspace: Workspace) -> None:
    require_flashed(workspace, built("nano33"))


def test_a_board_flashed_with_another_build_is_refused(workspace: Workspace) -> None:
    remember(workspace, flash="qemu-m4", flashed={"qemu-m4": "old"})
    with pytest.raises(WorkspaceError, match="another firmware") as caught:
        require_flashed(workspace, built("qemu-m4"))
    assert (caught.value.expected, caught.value.received) == ("new", "old")
    require_flashed(workspace, built("qemu-m4", "old"))


def test_the_target_is_read_from_the_build() -> None:
    target = built("qemu-m55").target
    assert (target.isa.id, target.optimize.value) == ("mve", "ram")
