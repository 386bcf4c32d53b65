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

from mcu_toolkit.errors import WorkspaceError

PROJECT_FILE = "mcutk.toml"
OUT_DIR = "mcutk-out"


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


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write a file so that readers see the old contents or the new, never a part.

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
        temporary.chmod(0o644)
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


@contextmanager
def atomic_dir(final: Path) -> Iterator[Path]:
    """A folder that appears whole or not at all: the block fills a temporary sibling, which then replaces `final`.

    Raises:
        WorkspaceError: the disk refuses; the old folder is untouched.
    """
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=final.parent))
    except OSError as bad:
        raise disk_error(final, bad) from bad
    try:
        yield staging
        staging.chmod(0o755)
        retired = staging.with_name(staging.name + ".old")
        if final.exists():
            final.rename(retired)
        staging.rename(final)
        shutil.rmtree(retired, ignore_errors=True)
    except OSError as bad:
        raise disk_error(final, bad) from bad
    finally:
        shutil.rmtree(staging, ignore_errors=True)


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
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as bad:
        raise WorkspaceError(f"cannot read {path}: {bad.strerror}", hint=hint) from bad
    except ValueError as bad:
        raise WorkspaceError(f"{path} is damaged: {bad}", expected="a JSON object", hint=hint) from bad
    if not isinstance(value, dict):
        raise WorkspaceError(f"{path} is damaged", expected="a JSON object", received=type(value).__name__, hint=hint)
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

    def train_dir(self, recipe: str) -> Path:
        """Run folder of a recipe."""
        return self.out / "train" / recipe

    def build_dir(self, board: str) -> Path:
        """Build folder of a board."""
        return self.out / "build" / board

    def device_dir(self, board: str) -> Path:
        """What an emulated board's flash memory holds."""
        return self.out / "devices" / board

    def bench_dir(self, board: str) -> Path:
        """Reports of a board."""
        return self.out / "bench" / board

    @property
    def eval_dir(self) -> Path:
        """Reports of evaluations on this machine."""
        return self.out / "eval"

    def cache_dir(self, name: str) -> Path:
        """A folder of things that can be made again."""
        return self.out / "cache" / name
