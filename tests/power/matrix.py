"""Power cuts: ``python -m tests.power.matrix [COMMAND…]`` stops commands at every system call that changes a file.

After each cut the next command must work, or refuse with a clear error, and what is recorded must be true: files are
those of their manifests, and the emulated board holds a whole firmware that the state knows. Then the command that was
cut runs again and must succeed.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit import process
from mcu_toolkit.records.manifest import MANIFEST, checked_artefact, read_manifest
from mcu_toolkit.records.state import read_state
from mcu_toolkit.workspace import Workspace, sha256_file
from tests.support.cli import ROOT

BOARD = "qemu-m4"
MODEL = str(ROOT / "models" / "phantom" / "model.tflite")
#: Command → (arguments, the commands that must have run before it, the command that follows it).
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "build": (("build", "--board", BOARD, "--model", MODEL, "--optimize", "ram"), ("old", "flash"), ("flash",)),
    "flash": (("flash", "--board", BOARD), ("old", "flash", "build"), ("bench", "--random", "1")),
    "bench": (("bench", "--board", BOARD, "--random", "1"), ("old", "flash"), ("bench", "--random", "1")),
}
_OLD = ("build", "--board", BOARD, "--model", MODEL)


@dataclass(frozen=True)
class Cut:
    """The programs of a matrix: the shim, and a folder for projects."""

    shim: Path
    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Cut:
        """Compile the shim."""
        shim = folder / "cut.so"
        source = str(Path(__file__).with_name("cut.c"))
        process.run(
            [
                "gcc",
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-O1",
                "-shared",
                "-fPIC",
                source,
                "-o",
                str(shim),
                "-ldl",
            ]
        )
        return cls(shim, folder)

    def run(self, project: Path, arguments: Iterable[str], at: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of mcutk in a project; `at`: number of the call at which it is stopped, 0 to count."""
        env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(self.folder)}
        if at is not None:
            env |= {"LD_PRELOAD": str(self.shim), "CUT_AT": str(at), "CUT_BELOW": str(project)}
            env["CUT_COUNT"] = str(self.folder / "count")
        argv = [sys.executable, "-B", "-m", "mcu_toolkit", *arguments]
        return subprocess.run(argv, cwd=project, env=env, capture_output=True, text=True, timeout=180, check=False)

    def prepared(self, command: str) -> Path:
        """A project in which the commands before this one have run."""
        project = self.folder / f"before-{command}"
        project.mkdir()
        for step in COMMANDS[command][1]:
            done = self.run(project, _OLD if step == "old" else COMMANDS[step][0])
            assert done.returncode == 0, done.stderr
        return project

    def points(self, before: Path, command: str) -> int:
        """Number of the system calls of a command that change a file."""
        project = self._copy(before)
        done = self.run(project, COMMANDS[command][0], 0)
        assert done.returncode == 0, done.stderr
        return int((self.folder / "count").read_text())

    def check(self, before: Path, command: str, at: int) -> None:
        """Cut a command at one call, and check what follows."""
        arguments, _, following = COMMANDS[command]
        project = self._copy(before)
        cut = self.run(project, arguments, at)
        assert cut.returncode == -signal.SIGKILL, f"{command} at {at}: exit code {cut.returncode}: {cut.stderr}"
        self._is_true(project, f"{command} cut at {at}")
        after = self.run(project, following)
        assert after.returncode in (0, 1), (
            f"{command} cut at {at}, then {following}: {after.returncode}\n{after.stderr}"
        )
        assert after.returncode == 0 or after.stderr.startswith("error: "), after.stderr
        self._is_true(project, f"{command} cut at {at}, then {following}")
        again = self.run(project, arguments)
        assert again.returncode == 0 or "another firmware than was built last" in again.stderr, (
            f"{command} cut at {at}, then again: {again.stderr}"
        )
        left = [path.name for path in (project / "mcutk-out").rglob(".*.new")]
        assert command != "build" or left == [], f"{command} cut at {at} left {left}"

    def _copy(self, before: Path) -> Path:
        project = self.folder / "project"
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(before, project, symlinks=True)
        return project

    def _is_true(self, project: Path, when: str) -> None:
        """Manifests name the files that are there, and the state the firmware that the board holds or held before."""
        workspace = Workspace(project)
        for path in workspace.out.rglob(MANIFEST):
            if not any(part.startswith(".") for part in path.relative_to(workspace.out).parts):
                folder = path.parent
                for name in read_manifest(folder).artefacts:
                    checked_artefact(folder, name)
        held = workspace.device_dir(BOARD) / "firmware.elf"
        assert held.is_file() and sha256_file(held), when
        assert read_state(workspace).flashed.get(BOARD) is not None, when


def sample(points: int, count: int) -> list[int]:
    """At most `count` cut points, the first and the last among them."""
    every = range(1, points + 1)
    if points <= count:
        return list(every)
    return sorted({1 + number * (points - 1) // (count - 1) for number in range(count)})


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="*", default=list(COMMANDS))
    parser.add_argument("--points", type=int, default=1 << 30, help="at most so many cut points per command")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cut = Cut.make(Path(folder))
        for command in args.commands:
            before = cut.prepared(command)
            points = cut.points(before, command)
            chosen = sample(points, args.points)
            for at in chosen:
                cut.check(before, command, at)
            print(f"{command}: {points} cut points, {len(chosen)} tried, all passed", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
