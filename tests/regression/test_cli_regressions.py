"""Bugs of the command line that were fixed; each test is named after what went wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcu_toolkit.cli import failures
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.recipe import to_toml
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.train import began_with, resolve_recipe
from mcu_toolkit.workspace import Workspace
from tests.support.cli import ROOT, Mcutk


def test_a_closed_pipe_was_reported_as_exit_code_1(project: Path) -> None:
    """click turns BrokenPipeError into exit code 1, which a shell interprets as a failed job."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "mcu_toolkit", "boards"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == failures.BROKEN_PIPE
    assert done.stderr == ""


def test_a_damaged_state_file_made_every_command_fail(mcutk: Mcutk, project: Path) -> None:
    """The hint said to run the command again, which read the same damaged file."""
    (project / "mcutk-out").mkdir()
    (project / "mcutk-out" / "state.json").write_text("{", encoding="utf-8")
    outcome = mcutk("bench")
    assert outcome.code == 1
    assert "delete it" in outcome.err
    with pytest.raises(WorkspaceError, match="damaged"):
        remember(Workspace(project), build="qemu-m4")


def test_a_run_of_another_version_could_not_be_trained_again(project: Path) -> None:
    """Its recipe, read with today's defaults, looked equal, so `run` asked to resume it, and `train` refused."""
    workspace = Workspace(project)
    recipe = resolve_recipe(workspace, "phantom", {})
    run_dir = workspace.train_dir("phantom")
    run_dir.mkdir(parents=True)
    written = to_toml(recipe)
    (run_dir / "recipe.toml").write_text(written, encoding="utf-8")
    assert began_with(run_dir, recipe)
    without_a_key = "\n".join(line for line in written.splitlines() if not line.startswith("mixup"))
    assert without_a_key != written
    (run_dir / "recipe.toml").write_text(without_a_key, encoding="utf-8")
    assert not began_with(run_dir, recipe)


def test_a_full_disk_while_linking_was_reported_as_a_failure_of_the_linker() -> None:
    from mcu_toolkit import process

    said = "ld: final link failed: No space left on device"
    with pytest.raises(process.ToolFailedError) as caught:
        process.run(["sh", "-c", f"echo '{said}' >&2; exit 1"])
    assert "free disk space" in str(caught.value)
    with pytest.raises(process.ToolFailedError, match="exit code 1"):
        process.run(["sh", "-c", "exit 1"])
