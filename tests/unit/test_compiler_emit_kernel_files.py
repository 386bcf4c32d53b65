"""Kernel sources of the generated folder: found in registered folders, with their includes, in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.compiler.emit.kernel_files import KERNEL_FOLDERS, kernel_files
from mcu_toolkit.errors import CompileError


def test_includes_are_followed_and_flattened() -> None:
    files = kernel_files(["portable/mcutk_softmax.c"])
    assert {"mcutk_softmax.c", "mcutk_softmax.h", "mcutk_requant.h", "mcutk_types.h"} <= set(files)
    assert all(b'#include "../' not in content for content in files.values())
    assert list(files) == sorted(files)


def test_kernels_of_a_registered_folder_are_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "own_kernel.c").write_text('#include "deep/own_kernel.h"\n')
    (tmp_path / "own_kernel.h").write_text('#include "mcutk_types.h"\n')
    with KERNEL_FOLDERS.added("own", tmp_path):
        files = kernel_files(["deep/own_kernel.c"])
    assert files["own_kernel.c"] == b'#include "own_kernel.h"\n'
    assert set(files) == {"own_kernel.c", "own_kernel.h", "mcutk_types.h"}
    with pytest.raises(CompileError, match=r"own_kernel\.c is missing"):
        kernel_files(["deep/own_kernel.c"])


def test_two_files_with_the_same_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mcutk_softmax.c").write_text("")
    with KERNEL_FOLDERS.added("own", tmp_path), pytest.raises(CompileError, match="two kernel files are named"):
        kernel_files([])
