"""Files that another person made or changed: images, archives, TOML, JSON, links out of the project."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit.boards import list_boards, load_board
from mcu_toolkit.data.archive import read_archive
from mcu_toolkit.data.decode import decode
from mcu_toolkit.errors import ConfigError, DataError, WorkspaceError
from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.codec import read
from mcu_toolkit.records.manifest import checked_artefact, write_manifest
from mcu_toolkit.records.state import State, read_state
from mcu_toolkit.toml import build, key
from mcu_toolkit.toml import read as read_toml
from mcu_toolkit.workflow.sources import trained_run
from mcu_toolkit.workspace import Workspace, atomic_dir
from tests.support.cli import ROOT


@pytest.mark.parametrize("kind", ["EPS", "GIF", "WEBP", "PPM", "TGA", "PCX"])
def test_images_of_other_formats_are_refused_whatever_their_suffix(kind: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, kind)
    path = tmp_path / "image.png"
    path.write_bytes(stream.getvalue())
    with pytest.raises(DataError) as caught:
        decode(path, 8, 8, 3)
    assert caught.value.expected == "JPEG, PNG, BMP or TIFF"


def test_a_postscript_file_starts_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "started"
    for name in ("gs", "gswin64c"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {started}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    path = tmp_path / "scan.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\nshowpage\n")
    with pytest.raises(DataError):
        decode(path, 8, 8, 3)
    assert not started.exists()


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (8, 8)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    path.write_bytes(bytes(data))
    with pytest.raises(DataError):
        decode(path, 8, 8, 3)


def _archive(path: Path, header: str, body: bytes, compression: int = zipfile.ZIP_STORED) -> Path:
    text = header.encode().ljust(118) + b"\n"
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("a.npy", array)
    return path


@pytest.mark.parametrize(
    ("header", "body", "compression"),
    [
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1099511627776,), }", b"", zipfile.ZIP_STORED),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (-5,), }", b"", zipfile.ZIP_STORED),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80\x04.", zipfile.ZIP_STORED),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (67108864,), }", bytes(1 << 26), zipfile.ZIP_DEFLATED),
        ("not a header", b"", zipfile.ZIP_STORED),
        ("(" * 100, b"", zipfile.ZIP_STORED),
    ],
)
def test_an_archive_that_states_more_than_it_holds_is_refused(
    header: str, body: bytes, compression: int, tmp_path: Path
) -> None:
    with pytest.raises(ValueError):
        read_archive(_archive(tmp_path / "a.npz", header, body, compression))


def test_archives_of_numpy_are_read(tmp_path: Path) -> None:
    arrays = {"x": np.arange(6.0).reshape(2, 3), "names": np.array(["a", "bc"]), "text": np.array("{}")}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", **arrays)
        found = read_archive(tmp_path / "a.npz")
        assert set(found) == set(arrays) and all(np.array_equal(found[name], arrays[name]) for name in arrays)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("clock_hz = -1", "timing.clock_hz"),
        ("clock_hz = 99999999999999999999", "timing.clock_hz"),
        ("flash_bytes = 1e22", "memory.flash_bytes"),
        ("flash_bytes = 10000000000000000000000", "memory.flash_bytes"),
        ("flash_origin = -4", "memory.flash_origin"),
        ("ram_origin = 0x1_0000_0000", "memory.ram_origin"),
        ("ram_origin = 0xFFFF_FFFF", "memory.ram_bytes"),
        ("stack_bytes = -8", "memory.stack_bytes"),
        ("baud = 0", "link.baud"),
        ("defines = { UART_BASE = -1 }", "hal.defines.UART_BASE"),
    ],
)
def test_numbers_of_a_board_are_in_range_and_the_key_is_named(line: str, name: str, tmp_path: Path) -> None:
    lines = (ROOT / "boards" / "qemu-m4.toml").read_text().splitlines()
    word = line.split(" ", maxsplit=1)[0]
    kept = [each for each in lines if each.split(" ")[0] != word]
    table = name.split(".", maxsplit=1)[0]
    if f"[{table}]" not in kept:
        kept.append(f"[{table}]")
    kept.insert(kept.index(f"[{table}]") + 1, line)
    path = tmp_path / "board.toml"
    path.write_text("\n".join(kept))
    with pytest.raises(ConfigError) as caught:
        load_board(str(path))
    assert f"'{name}'" in caught.value.message


def test_all_shipped_boards_are_in_range() -> None:
    assert list_boards()


@pytest.mark.parametrize("text", ["[" * 100_000, "a = " + "[" * 5000, "\x00", "a = 1" * 300_000])
def test_toml_that_is_nested_or_long_is_a_clear_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mcutk.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        read_toml(path, "a recipe")


def test_nan_is_in_no_range() -> None:
    from dataclasses import make_dataclass

    kind = make_dataclass("Kind", [("share", float, key(low=0.0, high=1.0))])
    with pytest.raises(ConfigError, match="share"):
        build(kind, {"share": float("nan")}, origin="file")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[" * 100_000,
        '{"a":' * 100_000,
        "[1, 2]",
        "null",
        '"text"',
        '{"schema": []}',
        '{"schema": {"a": 1}}',
        '{"schema": "mcutk.build/1"}',
        '{"schema": "mcutk.build/1", "board": ["x"], "optimize": {}}',
        '{"schema": "mcutk.build/1", "board": ' + "9" * 5000 + "}",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_malformed_json_of_our_own_documents_is_a_clear_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "build.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(WorkspaceError) as caught:
        read(BuildRecord, path)
    assert str(path) in caught.value.message


@pytest.mark.parametrize("name", ["..", "../../other", "/etc", "a/b", "", "x\\y", "nul\0"])
def test_paths_in_state_json_stay_inside(name: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.out.mkdir()
    (workspace.out / "state.json").write_text(json.dumps({"schema": State.SCHEMA, "train": name}))
    assert read_state(workspace).train == name
    if name:
        with pytest.raises(WorkspaceError, match="cannot be the name"):
            trained_run(workspace)
    else:
        assert trained_run(workspace) is None


@pytest.mark.parametrize("link", ["mcutk-out", "mcutk-out/build", "mcutk-out/build/qemu-m4"])
def test_links_out_of_the_project_are_refused(link: str, tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    outside.mkdir()
    (project / link).parent.mkdir(parents=True)
    (project / link).symlink_to(outside)
    with pytest.raises(WorkspaceError, match="leads out of the project"):
        Workspace(project).build_dir("qemu-m4")


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mcutk-out").symlink_to(tmp_path / "mcutk-out")
    with pytest.raises(WorkspaceError):
        Workspace(tmp_path).build_dir("qemu-m4")


def test_an_artefact_that_is_a_link_is_refused(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "stage"
    secret.write_text("of another user")
    folder.mkdir()
    (folder / "model.tflite").symlink_to(secret)
    write_manifest(folder, "test")
    with pytest.raises(WorkspaceError, match="symbolic link"):
        checked_artefact(folder, "model.tflite")


def test_what_interrupted_commands_left_beside_a_folder_is_removed(tmp_path: Path) -> None:
    final = tmp_path / "build"
    left, other = tmp_path / ".build.abcdefgh.new", tmp_path / ".build2.abcdefgh.new"
    for folder in (left, other):
        folder.mkdir()
        (folder / "half").write_text("written")
    for text in ("first", "second"):
        with atomic_dir(final) as staging:
            (staging / "file").write_text(text)
        assert (final / "file").read_text() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == [".build2.abcdefgh.new", "build"]


def test_folders_are_exchanged_where_the_system_cannot_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcu_toolkit import exchange

    monkeypatch.setattr(exchange, "_in_one_step", lambda first, second: False)
    test_what_interrupted_commands_left_beside_a_folder_is_removed(tmp_path)
