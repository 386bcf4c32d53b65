"""The blocks of docs/python.md that train."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.pages_python import run_blocks


@pytest.mark.slow
def test_the_training_blocks_of_the_page_run(project: Path) -> None:
    names = run_blocks("python.md", training=True)
    assert names["run"].synthetic
    assert names["evaluated"].accuracy.int8 == names["run"].accuracy["int8"]
    assert (project / "trained/mcutk-out/train/phantom/model.tflite").is_file()
