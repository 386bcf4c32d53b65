"""Project folder, atomic writes and hashes.

A project is a folder with an ``mcutk.toml``, or else the current folder. Everything that the toolkit makes goes below
``mcutk-out/`` in it::

    mcutk-out/
      state.json            what was trained, built and flashed last (`records.state`)
      train/<recipe>/       a training run
      build/<board>/        generated C, firmware, build.json
      devices/<board>/      the flash memory of an emulated board
      bench/<board>/        reports
      eval/                 reports of `mcutk eval`
      cache/                decoded images, teacher outputs; may be deleted at any time

Each stage folder holds a ``manifest.json`` with the SHA-256 of every artefact and of its inputs (`records.manifest`).
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcu_toolkit import exchange
from mcu_toolkit.errors import WorkspaceError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PROJECT_FILE = "mcutk.toml"
OUT_DIR = "mcutk-out"

#: Longer JSON documents are refused: those of the toolkit have a few megabytes at most.
MAX_JSON_BYTES = 1 << 26


def sha256_bytes(data: bytes) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file as 64 hex digits.

    Raises:
        WorkspaceError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except OSError as bad:
        raise WorkspaceError(f"cannot read {path}: {bad.strerror}") from bad
    return digest.hexdigest()


def atomic_write(path: Path, content: bytes | str, *, private: bool = False) -> None:
    """Write a file so that readers see the old contents or the new, never a part.

    Args:
        path: of the file.
        content: bytes, or text that is written as UTF-8.
        private: only the owner may read it: it holds images or names of the data.

    Raises:
        WorkspaceError: the disk refuses (full, read-only); the old file is untouched and no temporary file remains.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o600 if private else 0o644)
        temporary.replace(path)
    except BaseException as bad:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        if isinstance(bad, OSError):
            raise disk_error(path, bad) from bad
        raise


def disk_error(path: Path, bad: OSError) -> WorkspaceError:
    """An `OSError` as the toolkit's own error, with what to try."""
    return WorkspaceError(
        f"cannot write {path}: {bad.strerror or bad}",
        hint="free disk space or check the permissions of the folder, then run the same command again",
    )


#: Names of what an interrupted command leaves beside a folder: ``.<folder>.<eight letters>`` and one of these.
_STAGING = ".new"
_LEFT = (_STAGING, f"{_STAGING}.old", ".old")


@contextmanager
def atomic_dir(final: Path) -> Iterator[Path]:
    """A folder that appears whole or not at all: the block fills a temporary sibling, which then replaces `final`.

    There is no moment without a whole folder at `final`: where it exists, the two are exchanged by one system call.
    What interrupted commands left beside it is removed; what another command is filling at this moment is not.

    Raises:
        WorkspaceError: the disk refuses; the old folder is untouched.
    """
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        _clear_beside(final)
        staging = Path(tempfile.mkdtemp(prefix=f".{final.name}.", suffix=_STAGING, dir=final.parent))
        held = _hold(staging)
    except OSError as bad:
        raise disk_error(final, bad) from bad
    try:
        yield staging
        staging.chmod(0o755)
        if final.exists():
            exchange.exchange(staging, final)
        else:
            staging.rename(final)
    except OSError as bad:
        raise disk_error(final, bad) from bad
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if held is not None:
            os.close(held)


def _clear_beside(final: Path) -> None:
    """Remove what interrupted commands left beside a folder; bring back one that was set aside and not replaced."""
    name = f".{glob.escape(final.name)}.????????"
    if not final.exists():
        for aside in final.parent.glob(f"{name}{_STAGING}.old"):
            aside.rename(final)
            break
    for suffix in _LEFT:
        for left in final.parent.glob(f"{name}{suffix}"):
            held = _hold(left)
            if held is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(held)


def _hold(folder: Path) -> int | None:
    """A lock on a folder, which ends with the process at the latest; None where another process has it."""
    if fcntl is None:  # without such locks, two commands in one project at the same time are not told apart
        return os.open(os.devnull, os.O_RDONLY)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def to_json(value: Any) -> str:
    """Stable, readable JSON text with a final newline."""
    return json.dumps(value, indent=2, sort_keys=False, ensure_ascii=False) + "\n"


def read_json(path: Path, *, hint: str = "run the command that made it again") -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: of the file.
        hint: what to try where it is damaged.

    Raises:
        WorkspaceError: missing, unreadable or not a JSON object.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_JSON_BYTES + 1)
    except OSError as bad:
        raise WorkspaceError(f"cannot read {path}: {bad.strerror}", hint=hint) from bad
    return parse_json(data, str(path), hint=hint)


def parse_json(data: bytes | str, origin: str, *, hint: str | None = None) -> dict[str, Any]:
    """A JSON object.

    Args:
        data: the text; as bytes, UTF-8.
        origin: where it comes from, for messages.
        hint: what to try where it is damaged.

    Raises:
        WorkspaceError: too long, not JSON, nested too deeply, or not an object.
    """
    if len(data) > MAX_JSON_BYTES:
        raise WorkspaceError(f"{origin} is too long", expected=f"at most {MAX_JSON_BYTES >> 20} MB", hint=hint)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as bad:
        raise WorkspaceError(f"{origin} is damaged: {bad}", expected="a JSON object", hint=hint) from bad
    if not isinstance(value, dict):
        raise WorkspaceError(f"{origin} is damaged", expected="a JSON object", received=type(value).__name__, hint=hint)
    return value


@dataclass(frozen=True)
class Workspace:
    """A project folder."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Workspace:
        """The nearest folder upward that holds an ``mcutk.toml``, else `start` (the current folder) itself."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / PROJECT_FILE).is_file():
                return cls(folder)
        return cls(here)

    @property
    def out(self) -> Path:
        """Folder of everything made here."""
        return self.root / OUT_DIR

    def _place(self, kind: str, name: str) -> Path:
        """A folder of the project.

        Raises:
            WorkspaceError: the name is no file name, or a link leads out of the project.
        """
        if name in {"", ".", ".."} or any(c in name for c in "/\\\0"):
            raise WorkspaceError(f"'{name!r:.80}' cannot be the name of a folder in {self.out / kind}")
        path = self.out / kind / name
        root = self.root.resolve()
        try:
            inside = path.resolve().is_relative_to(root)
        except (OSError, RuntimeError):  # links in a circle
            inside = False
        if not inside:
            raise WorkspaceError(
                f"{path} leads out of the project folder",
                expected=f"a folder in {root}",
                received=f"a symbolic link to {os.path.realpath(path)}",
                hint="remove the link, or make the project folder where it leads to",
            )
        return path

    def train_dir(self, recipe: str) -> Path:
        """Run folder of a recipe."""
        return self._place("train", recipe)

    def build_dir(self, board: str) -> Path:
        """Build folder of a board."""
        return self._place("build", board)

    def device_dir(self, board: str) -> Path:
        """What an emulated board's flash memory holds."""
        return self._place("devices", board)

    def bench_dir(self, board: str) -> Path:
        """Reports of a board."""
        return self._place("bench", board)

    @property
    def eval_dir(self) -> Path:
        """Reports of evaluations on this machine."""
        return self._place(".", "eval")

    def cache_dir(self, name: str) -> Path:
        """A folder of things that can be made again."""
        return self._place("cache", name)
