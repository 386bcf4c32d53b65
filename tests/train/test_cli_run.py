"""`mcutk run` and `mcutk train` from an empty folder to a bench on an emulated board."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from mcu_toolkit.recipe import to_toml
from mcu_toolkit.records.manifest import read_manifest
from tests.support.cli import Mcutk, start_mcutk
from tests.support.training import tiny_recipe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
        reason="needs qemu-system-arm and arm-none-eabi-gcc",
    ),
]


@pytest.fixture
def tiny_project(project: Path) -> Path:
    """A project with a recipe that trains in seconds."""
    pytest.importorskip("tensorflow_model_optimization")
    (project / "recipe.toml").write_text(to_toml(tiny_recipe()), encoding="utf-8")
    (project / "mcutk.toml").write_text('recipe = "recipe.toml"\nboard = "qemu-m4"\n', encoding="utf-8")
    return project


def test_an_interrupted_run_is_taken_up_and_a_finished_one_is_not_trained_again(
    tiny_project: Path, mcutk: Mcutk
) -> None:
    run_dir = tiny_project / "mcutk-out/train/tiny"
    child = start_mcutk("run", cwd=tiny_project)
    deadline = time.monotonic() + 300
    while not [*run_dir.glob("checkpoints/*.npz")]:
        assert child.poll() is None and time.monotonic() < deadline, child.communicate()
        time.sleep(0.1)
    os.kill(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    assert read_manifest(run_dir).complete is False
    before = {p: p.stat().st_mtime_ns for p in run_dir.glob("checkpoints/*.npz")}

    report = mcutk.json("run")
    assert report["mismatches"] == 0
    assert report["synthetic"] is True and report["recipe"] == "tiny"
    assert report["accuracy"]["device"] == report["accuracy"]["host_int8"]
    assert report["accuracy"]["float"] is not None
    kept = [p for p, t in before.items() if p.is_file() and p.stat().st_mtime_ns == t]
    assert kept or not [*run_dir.glob("checkpoints/*.npz")], "no checkpoint of the interrupted run was used"

    model = (run_dir / "model.tflite").stat().st_mtime_ns
    again = mcutk("run", "--limit", 4)
    assert again.ok and "trained already" in again.err
    assert (run_dir / "model.tflite").stat().st_mtime_ns == model

    evaluated = mcutk.json("eval")
    assert not any(evaluated["mismatches"].values())
    assert evaluated["accuracy"]["int8"] == report["accuracy"]["host_int8"]
    assert evaluated["float_vs_int8"]["mcnemar_p"] <= 1
