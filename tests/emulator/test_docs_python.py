"""The blocks of docs/python.md, as a notebook would run them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.models import tiny_model, write_images
from tests.support.pages_python import blocks, run_blocks

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
    reason="needs qemu-system-arm and arm-none-eabi-gcc",
)


def test_the_blocks_of_the_page_run_and_print_nothing(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "net.tflite").write_bytes(tiny_model())
    write_images(project / "images")
    names = run_blocks("python.md", training=False)
    assert names["report"].supported
    assert names["bench"].samples == 2
    assert set(names["rows"]) == {"qemu-m3", "qemu-m4", "qemu-m55"}
    assert all(mismatches == 0 for _, _, mismatches in names["rows"].values())
    assert names["named"].name == "detector"
    assert names["evaluated"].samples == 12
    assert "qemu-m4" in names["advice"] and "qemu-m44" in names["message"]
    assert capfd.readouterr() == ("", "")


def test_the_page_has_blocks_of_both_kinds() -> None:
    assert len(blocks("python.md", training=False)) > 5
    assert len(blocks("python.md", training=True)) == 2
