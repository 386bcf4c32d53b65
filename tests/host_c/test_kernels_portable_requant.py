"""Requantization in C equals gemmlowp's steps, with the long multiplication and without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")


@pytest.mark.parametrize("define", ["", "-DMCUTK_NO_LONG_MULTIPLY=1"], ids=["long", "short"])
def test_requantization_equals_gemmlowp(tmp_path: Path, define: str) -> None:
    program = tmp_path / "requant"
    process.run(
        ["gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fno-sanitize-recover=all",
         *([define] if define else []), "-I", str(asset_dir("firmware") / "kernels"),
         str(HERE / "test_kernels_portable_requant.c"), "-o", str(program)]
    )  # fmt: skip
    assert process.run([str(program)], timeout=60).stdout.strip() == "0"
