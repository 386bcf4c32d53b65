"""Project folder, run folders, manifests and atomic writes.

A project is a folder with an ``mcutk.toml``, or simply the current folder. Everything the toolkit makes goes below
``mcutk-out/`` in it::

    mcutk-out/
      state.json            what was trained, built and flashed last
      train/<recipe>/       a training run
      build/<board>/        generated C, firmware, build.json
      devices/<board>/      the flash memory of an emulated board
      bench/<board>/        reports
      eval/                 reports of `mcutk eval`
      cache/                decoded images, teacher outputs; may be deleted at any time

Each stage folder holds a ``manifest.json`` with the SHA-256 of every artefact and of what it was made from.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcu_toolkit.errors import WorkspaceError

PROJECT_FILE = "mcutk.toml"
OUT_DIR = "mcutk-out"
MANIFEST = "manifest.json"
_STATE = "state.json"


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
        WorkspaceError: the disk refuses (full, read-only); the old file is untouched and no debris stays.
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


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        WorkspaceError: missing, unreadable or not a JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as bad:
        raise WorkspaceError(f"cannot read {path}: {bad.strerror}") from bad
    except ValueError as bad:
        raise WorkspaceError(
            f"{path} is damaged: {bad}", expected="a JSON object", hint="run the command that made it again"
        ) from bad
    if not isinstance(value, dict):
        raise WorkspaceError(f"{path} is damaged", expected="a JSON object", received=type(value).__name__)
    return value


@dataclass(frozen=True)
class Manifest:
    """What a stage made and from what.

    Attributes:
        command: the command line that made it.
        inputs: name → SHA-256 of each thing read.
        artefacts: file name relative to the stage folder → SHA-256.
        facts: anything else worth tracing (versions, seeds).
    """

    command: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    artefacts: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def write_manifest(
    folder: Path, command: str, *, inputs: Mapping[str, str] | None = None, facts: Mapping[str, Any] | None = None
) -> Manifest:
    """Hash every file below `folder` and record them in its manifest."""
    artefacts = {
        str(path.relative_to(folder)): sha256_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(".")
    }
    manifest = Manifest(command, dict(inputs or {}), artefacts, dict(facts or {}))
    document = {
        "schema": "mcutk.manifest/1",
        "command": manifest.command,
        "inputs": dict(manifest.inputs),
        "artefacts": dict(manifest.artefacts),
        "facts": dict(manifest.facts),
    }
    atomic_write(folder / MANIFEST, to_json(document))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a stage folder.

    Raises:
        WorkspaceError: there is none, or it is damaged.
    """
    document = read_json(folder / MANIFEST)
    return Manifest(
        str(document.get("command", "")),
        dict(document.get("inputs", {})),
        dict(document.get("artefacts", {})),
        dict(document.get("facts", {})),
    )


def checked_artefact(folder: Path, name: str) -> Path:
    """Path of an artefact whose contents are those that its manifest recorded.

    Raises:
        WorkspaceError: it is missing or was changed since.
    """
    path = folder / name
    recorded = read_manifest(folder).artefacts.get(name)
    if recorded is None or not path.is_file():
        raise WorkspaceError(f"{path} is missing", hint="run the command that makes it again")
    actual = sha256_file(path)
    if actual != recorded:
        raise WorkspaceError(
            f"{path} is not what its manifest recorded",
            expected=recorded,
            received=actual,
            hint="run the command that makes it again",
        )
    return path


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

    def state(self) -> dict[str, Any]:
        """What was done last: keys ``train``, ``build``, ``flash`` with the recipe or board.

        Raises:
            WorkspaceError: the file is damaged.
        """
        path = self.out / _STATE
        try:
            return read_json(path) if path.is_file() else {}
        except WorkspaceError as bad:
            # Every command reads it, so that none could mend it by running again.
            raise WorkspaceError(
                bad.message, expected=bad.expected, hint="delete it: it only remembers what was built and flashed last"
            ) from bad

    def remember(self, **facts: Any) -> None:
        """Update the state."""
        atomic_write(self.out / _STATE, to_json({**self.state(), **facts}))
