"""Subprocesses: output, time limits, and that none is left after the block or the toolkit ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.errors import ToolFailedError, ToolMissingError
from tests.support.cli import ROOT


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def gone(pid: int, patience: float = 5.0) -> bool:
    """Whether a process ends within a few seconds."""
    deadline = time.monotonic() + patience
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_output_and_exit_code_are_returned() -> None:
    done = process.run(["sh", "-c", "echo out; echo err >&2; exit 3"], check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_input_and_environment_reach_the_program() -> None:
    done = process.run(["sh", "-c", 'cat; echo "$WORD"'], stdin="fed ", env={"WORD": "said"})
    assert done.stdout == "fed said\n"


def test_without_input_nothing_is_read_from_the_terminal() -> None:
    assert process.run(["cat"]).stdout == ""


def test_a_failure_contains_the_output_of_the_program() -> None:
    with pytest.raises(ToolFailedError, match="exit code 2") as caught:
        process.run(["sh", "-c", "echo it is broken >&2; exit 2"])
    assert "it is broken" in str(caught.value)


def test_a_missing_program_is_reported_with_its_install_command() -> None:
    with pytest.raises(ToolMissingError) as caught:
        process.run(["no-such-program"])
    assert "no-such-program" in str(caught.value)


def test_a_program_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    with pytest.raises(ToolFailedError, match=r"did not finish in 0\.5 s"):
        process.run(["sh", "-c", f"sleep 60 & echo $! >> {pids}; echo $$ >> {pids}; wait"], timeout=0.5)
    assert all(gone(int(pid)) for pid in pids.read_text(encoding="utf-8").split())


def test_a_running_program_is_stopped_however_the_block_ends(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), process.running(["sleep", "60"]) as child:
        assert alive(child.pid)
        raise KeyboardInterrupt
    assert gone(child.pid)
    with (
        (tmp_path / "log").open("w+b") as log,
        process.running(["sh", "-c", "trap '' TERM; echo ready; sleep 60 & wait; wait"], log=log) as child,
    ):
        while not (tmp_path / "log").read_bytes():
            time.sleep(0.02)
    assert gone(child.pid)  # a program that ignores SIGTERM is killed


def test_a_program_is_killed_when_the_toolkit_is_killed() -> None:
    code = (
        "from mcu_toolkit import process; import time\n"
        "with process.running(['sleep', '60']) as child:\n    print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
    assert gone(pid)


def test_independent_programs_run_side_by_side(tmp_path: Path) -> None:
    commands = [["sh", "-c", f"sleep 0.3; touch {tmp_path / str(i)}"] for i in range(4)]
    started = time.monotonic()
    process.run_all(commands, jobs=4)
    assert len([*tmp_path.iterdir()]) == 4
    assert time.monotonic() - started < 4 * 0.3 + 2


def test_the_first_failure_of_several_stops_the_rest(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    slow = ["sh", "-c", f"echo $$ > {pid}; sleep 60"]
    bad = ["sh", "-c", f"while [ ! -s {pid} ]; do sleep 0.02; done; echo broken; exit 1"]
    with pytest.raises(ToolFailedError, match="exit code 1") as caught:
        process.run_all([slow, bad], jobs=2)
    assert "broken" in str(caught.value)
    assert gone(int(pid.read_text(encoding="utf-8")))


@pytest.mark.parametrize("tool", sorted(process.INSTALL_HINTS))
def test_every_known_tool_has_a_command_that_installs_it(tool: str) -> None:
    assert any(word in process.INSTALL_HINTS[tool] for word in ("install", "https://"))
