"""Kills build, flash and bench at random moments: ``python -m tests.fuzz.kills --kills 50``.

After each SIGKILL no process and no file in the temporary directory may be left after five seconds, and the same
command run again must do its work: a bench must give the figures of the first one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GONE = 5.0  # seconds
_MARK = "MCUTK_KILLS"
COMMANDS: dict[str, tuple[str, ...]] = {
    "build": ("build", "--board", "qemu-m4"),
    "flash": ("flash",),
    "bench": ("bench", "--random", "8", "--json", "bench.json"),
}


@dataclass
class Place:
    """A project folder and a temporary directory of its own.

    Attributes:
        project, scratch: the folders.
        seconds: how long each command took last.
        figures: of the first bench.
    """

    project: Path
    scratch: Path
    seconds: dict[str, float] = field(default_factory=dict)
    figures: tuple[object, ...] = ()

    @classmethod
    def prepared(cls, folder: Path) -> Place:
        """A project in which all commands have run once."""
        place = cls(folder / "project", folder / "scratch")
        place.project.mkdir()
        place.scratch.mkdir()
        for name in COMMANDS:
            place.finish(name)
        place.figures = place.bench_figures()
        return place

    def start(self, name: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "mcu_toolkit", *COMMANDS[name]],
            cwd=self.project,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.scratch), _MARK: str(self.scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, name: str) -> None:
        """Run a command to its end; it must succeed."""
        began = time.monotonic()
        with self.start(name) as child:
            _, said = child.communicate(timeout=300)
        self.seconds[name] = time.monotonic() - began
        assert child.returncode == 0, f"{name}: {said}"

    def kill(self, name: str, after: float) -> bool:
        """Kill a command. Returns whether it was still running."""
        with self.start(name) as child:
            try:
                child.wait(after)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                child.wait(10)
                return True
        return False

    def left(self) -> list[str]:
        """Processes that the project's commands started, and files in the temporary directory."""
        mark = f"{_MARK}={self.scratch}".encode()
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in environ.read_bytes().split(b"\0"):
                    found.append((environ.parent / "cmdline").read_text().replace("\0", " ")[:100])
            except OSError:
                continue  # it ended in the meantime, or is somebody else's
        return [name for name in found if name] + [str(path) for path in self.scratch.iterdir()]

    def bench_figures(self) -> tuple[object, ...]:
        """What a bench must repeat."""
        document = json.loads((self.project / "bench.json").read_text(encoding="utf-8"))
        return (document["mismatches"], document["latency"], document["memory"], document["outputs_crc32"])


def run(place: Place, seed: int, kills: int) -> dict[str, int]:
    """Kill commands at random moments and check what follows. Returns the kills of each that found it running."""
    draw = random.Random(seed)
    killed = dict.fromkeys(COMMANDS, 0)
    while (number := sum(killed.values())) < kills:
        name = draw.choice(list(COMMANDS))
        killed[name] += place.kill(name, draw.uniform(0.0, place.seconds[name]))
        deadline = time.monotonic() + GONE
        while (left := place.left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left, f"kill {number} of {name}: left {left}"
        place.finish(name)
        if name == "bench":
            assert place.bench_figures() == place.figures, f"kill {number} of bench: other figures"
    return killed


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mcutk-kills-") as folder:
        killed = run(Place.prepared(Path(folder)), arguments.seed, arguments.kills)
    print(f"{sum(killed.values())} kills of running commands: {killed}; every next command was right, nothing was left")


if __name__ == "__main__":
    main()
