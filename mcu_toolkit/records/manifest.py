"""``manifest.json`` of a stage folder: the SHA-256 of every file and of everything that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.codec import R, loads, read, write
from mcu_toolkit.workspace import sha256_bytes, sha256_file

MANIFEST = "manifest.json"
_HINT = "run the command that makes it again"


@dataclass(frozen=True)
class Manifest:
    """The files of a stage and their origin.

    Attributes:
        command: the command line that made them.
        inputs: name → SHA-256 of each input.
        artefacts: file name relative to the stage folder → SHA-256.
        complete: False where the stage was interrupted.
        versions: package → version, where the result depends on it.
    """

    SCHEMA: ClassVar[str] = "mcutk.manifest/1"

    command: str
    inputs: Mapping[str, str]
    artefacts: Mapping[str, str]
    complete: bool = True
    versions: Mapping[str, str] = field(default_factory=dict)


def write_manifest(
    folder: Path,
    command: str,
    *,
    inputs: Mapping[str, str] | None = None,
    complete: bool = True,
    versions: Mapping[str, str] | None = None,
) -> Manifest:
    """Hash every file below `folder` and record them in its manifest.

    Raises:
        WorkspaceError: a file cannot be read, or the disk refuses.
    """
    artefacts = {
        str(path.relative_to(folder)): sha256_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(".")
    }
    manifest = Manifest(command, dict(inputs or {}), artefacts, complete, dict(versions or {}))
    write(folder / MANIFEST, manifest)
    return manifest


def read_manifest(folder: Path, *, hint: str = _HINT) -> Manifest:
    """Read the manifest of a stage folder.

    Raises:
        WorkspaceError: there is none, it is damaged, or it is of another version.
    """
    return read(Manifest, folder / MANIFEST, hint=hint)


def checked_artefact(folder: Path, name: str, *, hint: str = _HINT) -> Path:
    """Path of an artefact whose contents are those that its manifest recorded.

    Raises:
        WorkspaceError: it is missing or was changed since; `hint` is the command that makes it again.
    """
    path = folder / name
    recorded = _recorded(folder, name, hint)
    _require_same(path, recorded, sha256_file(path), hint)
    return path


def checked_bytes(folder: Path, name: str, *, hint: str = _HINT) -> bytes:
    """Contents of an artefact, after they were compared with its manifest: the bytes that were hashed are returned.

    Raises:
        WorkspaceError: as `checked_artefact`.
    """
    path = folder / name
    recorded = _recorded(folder, name, hint)
    try:
        data = path.read_bytes()
    except OSError as bad:
        raise WorkspaceError(f"cannot read {path}: {bad.strerror}", hint=hint) from bad
    _require_same(path, recorded, sha256_bytes(data), hint)
    return data


def checked_record(kind: type[R], folder: Path, name: str, *, hint: str = _HINT) -> R:
    """The record in an artefact, after it was compared with its manifest.

    Raises:
        WorkspaceError: as `checked_artefact`, or it is not a document of this kind.
    """
    text = checked_bytes(folder, name, hint=hint).decode("utf-8", errors="replace")
    return loads(kind, text, origin=str(folder / name), hint=hint)


def _recorded(folder: Path, name: str, hint: str) -> str:
    recorded = read_manifest(folder, hint=hint).artefacts.get(name)
    if recorded is None or not (folder / name).is_file():
        raise WorkspaceError(f"{folder / name} is missing", hint=hint)
    if (folder / name).is_symlink():
        raise WorkspaceError(f"{folder / name} is a symbolic link", expected="a file of the folder", hint=hint)
    return recorded


def _require_same(path: Path, recorded: str, actual: str, hint: str) -> None:
    if actual != recorded:
        raise WorkspaceError(f"{path} is not what its manifest recorded", expected=recorded, received=actual, hint=hint)
