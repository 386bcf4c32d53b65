"""Manifests: every file of a stage with its hash."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.manifest import MANIFEST, Manifest, checked_artefact, read_manifest, write_manifest
from mcu_toolkit.workspace import sha256_bytes


def test_a_manifest_lists_every_file_except_itself_and_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.c").write_bytes(b"a")
    (tmp_path / ".hidden").write_bytes(b"h")
    write_manifest(tmp_path, "first")
    write_manifest(tmp_path, "second", inputs={"model": "f" * 64}, complete=False, versions={"tensorflow": "2.15.0"})
    assert read_manifest(tmp_path) == Manifest(
        "second", {"model": "f" * 64}, {"src/a.c": sha256_bytes(b"a")}, False, {"tensorflow": "2.15.0"}
    )


def test_changed_and_missing_files_are_noticed(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"1")
    write_manifest(tmp_path, "mcutk build")
    assert checked_artefact(tmp_path, "x.bin") == tmp_path / "x.bin"
    (tmp_path / "x.bin").write_bytes(b"2")
    with pytest.raises(WorkspaceError, match="not what its manifest recorded"):
        checked_artefact(tmp_path, "x.bin")
    (tmp_path / "x.bin").unlink()
    with pytest.raises(WorkspaceError, match=r"x\.bin is missing"):
        checked_artefact(tmp_path, "x.bin")


def test_a_damaged_manifest_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"schema": "mcutk.manifest/1", "command": "x"}')
    with pytest.raises(WorkspaceError, match="the key 'inputs' is missing"):
        read_manifest(tmp_path)
