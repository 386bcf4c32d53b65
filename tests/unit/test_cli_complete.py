"""What the completion of each shell offers, through click's own protocol and in the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import ROOT


def offered(words: str, folder: Path, **env: str) -> list[str]:
    """The completions of the last word of a command line."""
    parts = words.split(" ")
    done = subprocess.run(
        [sys.executable, "-m", "mcu_toolkit"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "_MCUTK_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(parts) - 1),
            **env,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_boards_recipes_tools_and_keys_are_offered(project: Path) -> None:
    assert offered("mcutk be", project) == ["bench"]
    assert "qemu-m4" in offered("mcutk build --board qemu-m", project)
    assert offered("mcutk train bra", project) == ["brain-mri"]
    assert offered("mcutk flash --board qemu-m4 --tool ", project) == ["emulator"]
    assert offered("mcutk train --set student.w", project) == ["student.width="]


def test_the_boards_of_the_project_and_model_files_are_offered(project: Path) -> None:
    text = (ROOT / "boards" / "qemu-m4.toml").read_text(encoding="utf-8")
    (project / "own.toml").write_text(text.replace('id = "qemu-m4"', 'id = "zebra"'), encoding="utf-8")
    (project / "net.tflite").write_bytes(b"")
    (project / "notes.txt").write_bytes(b"")
    (project / "nets").mkdir()
    assert offered("mcutk build --board z", project) == ["zebra"]
    assert offered("mcutk inspect n", project) == ["net.tflite", "nets/"]


@pytest.mark.parametrize(
    "shell, ask",
    [
        (
            "bash",
            'eval "$(mcutk completion bash)"; COMP_WORDS=(mcutk be); COMP_CWORD=1; '
            "_mcutk_completion mcutk; echo $COMPREPLY",
        ),
        ("zsh", 'autoload -U compinit; compinit -D; eval "$(mcutk completion zsh)"; whence -w _mcutk_completion'),
        ("fish", "mcutk completion fish | source; complete -C 'mcutk be'"),
    ],
)
def test_the_script_works_in_the_shell_itself(shell: str, ask: str, project: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"the shell {shell} is not installed")
    program = project / "bin" / "mcutk"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mcu_toolkit "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        [shell, "-c", ask],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    expected = {"bash": "bench", "zsh": "_mcutk_completion: function", "fish": "bench"}[shell]
    assert expected in done.stdout, done.stderr
