"""Run commands in tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mcu_toolkit.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0


class Mcutk:
    """Runs commands in this process; `Outcome` holds exit code and output."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: object) -> Outcome:
        self._capture.readouterr()
        code = main.run([str(a) for a in arguments])
        out, err = self._capture.readouterr()
        return Outcome(code, out, err)

    def json(self, *arguments: object) -> dict[str, Any]:
        """The ``--json -`` report of a command; fails if the command fails."""
        outcome = self(*arguments, "--json", "-")
        assert outcome.ok, outcome.err
        report: dict[str, Any] = json.loads(outcome.out)
        return report


def loaded_modules(code: str, *arguments: str, folder: Path | None = None) -> set[str]:
    """Top-level modules in memory after a Python program ran in another process."""
    report = "import sys; print('', *sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stderr.splitlines()[-1].split())


def start_mcutk(*arguments: str, cwd: Path, **env: str) -> subprocess.Popen[str]:
    """Start `mcutk` as a shell does, for tests of signals."""
    return subprocess.Popen(
        [sys.executable, "-m", "mcu_toolkit", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
