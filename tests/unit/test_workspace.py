"""Files of a project: atomic writes of files and folders, JSON texts, the project folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mcu_toolkit import workspace
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.workspace import Workspace, atomic_dir, atomic_write


def no_space(*_: object, **__: object) -> None:
    """A disk that is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def files(folder: Path) -> list[str]:
    """Everything below a folder, hidden files too."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def test_a_write_replaces_the_old_contents(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    atomic_write(path, "old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert files(tmp_path) == ["deep", "deep/file.txt"]


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_full_disk_keeps_the_old_file_and_leaves_no_temporary_file(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.txt"
    atomic_write(path, "old")
    monkeypatch.setattr(*((os, "fsync") if broken == "fsync" else (Path, "replace")), no_space)
    with pytest.raises(WorkspaceError, match="No space left") as caught:
        atomic_write(path, "new")
    assert "free disk space" in str(caught.value)
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == "old"
    assert files(tmp_path) == ["file.txt"]


def test_an_interrupted_write_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(tmp_path / "file.txt", "new")
    assert files(tmp_path) == []


def test_a_folder_is_written_completely_or_not_at_all(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with atomic_dir(final) as staging:
        (staging / "a").write_text("1", encoding="utf-8")
        assert not final.exists()
    assert files(tmp_path) == ["out", "out/a"]
    with pytest.raises(KeyboardInterrupt), atomic_dir(final) as staging:
        (staging / "b").write_text("2", encoding="utf-8")
        raise KeyboardInterrupt
    assert files(tmp_path) == ["out", "out/a"]
    with atomic_dir(final) as staging:
        (staging / "c").write_text("3", encoding="utf-8")
    assert files(tmp_path) == ["out", "out/c"]


def test_a_full_disk_inside_a_folder_keeps_the_old_one(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with atomic_dir(final) as staging:
        (staging / "a").write_text("1", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="No space left"), atomic_dir(final):
        no_space()
    assert files(tmp_path) == ["out", "out/a"]


def test_what_earlier_versions_and_interrupted_commands_left_is_removed(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with atomic_dir(final) as staging:
        (staging / "a").write_text("1", encoding="utf-8")
    for name in (".out.abcdefgh.new", ".out.abcdefgh.new.old", ".out.abcdefgh.old", ".other.abcdefgh.old"):
        (tmp_path / name).mkdir()
    with atomic_dir(final) as staging:
        (staging / "b").write_text("2", encoding="utf-8")
    assert files(tmp_path) == [".other.abcdefgh.old", "out", "out/b"]


def test_a_folder_that_was_set_aside_and_not_replaced_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / ".out.abcdefgh.new.old"
    aside.mkdir()
    (aside / "a").write_text("1", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), atomic_dir(tmp_path / "out"):
        raise KeyboardInterrupt
    assert files(tmp_path) == ["out", "out/a"]


def test_two_commands_that_fill_one_folder_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with atomic_dir(final) as first:
        (first / "a").write_text("1", encoding="utf-8")
        with atomic_dir(final) as second:
            (second / "b").write_text("2", encoding="utf-8")
        assert files(final) == ["b"]
    assert files(tmp_path) == ["out", "out/a"]


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": ', "\x00\xff"])
def test_damaged_json_is_a_clear_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(WorkspaceError, match="damaged"):
        workspace.read_json(path)


def test_the_project_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    (tmp_path / "mcutk.toml").touch()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert Workspace.find(inner).root == tmp_path
    (tmp_path / "a" / "mcutk.toml").touch()
    assert Workspace.find(inner).root == tmp_path / "a"
