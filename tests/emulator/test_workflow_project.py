"""`mcu_toolkit.Project` from a model file to a bench on an emulated board, in one process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mcu_toolkit as mcutk
from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.codec import read
from tests.support.models import tiny_model

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
    reason="needs qemu-system-arm and arm-none-eabi-gcc",
)


def test_two_models_one_after_the_other_give_the_hosts_outputs(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = mcutk.Project("folder")
    benches = []
    for seed, name in ((0, "first"), (1, "second")):
        (project / f"{name}.tflite").write_bytes(tiny_model(seed=seed))
        built = made.build(board="qemu-m4", model=f"{name}.tflite", optimize="balanced", name=name)
        flashed = made.flash(board="qemu-m4")
        bench = made.bench(board="qemu-m4", random=2, seed=1)
        assert flashed.firmware_sha256 == built.firmware_sha256 == bench.firmware_sha256
        assert (built.name, built.board_name, bench.board_name) == (name, bench.board_name, built.board_name)
        assert (bench.mismatches, bench.samples) == (0, 2)
        assert bench.latency.median is not None and bench.latency.median > built.macs
        assert bench.memory.ram.arena == built.memory.ram.arena > 0
        assert bench.outputs_crc32 is not None and len(bench.outputs_crc32) == 2
        verified = made.verify(random_seed=3)
        assert verified.mismatch is None and verified.compared == len(built.layers)
        benches.append(bench)
    assert benches[0].outputs_crc32 != benches[1].outputs_crc32
    assert read(BuildRecord, made.out / "build" / "qemu-m4" / "build.json") == built
    assert capfd.readouterr() == ("", "")


def test_run_of_a_model_file_is_build_flash_and_bench(project: Path) -> None:
    (project / "m.tflite").write_bytes(tiny_model())
    bench = mcutk.Project(project).run("qemu-m3", model="m.tflite", optimize="ram", profile=True)
    assert (bench.board, bench.optimize, bench.mismatches) == ("qemu-m3", "ram", 0)
    assert bench.profile is not None
    assert [row.layer for row in bench.profile] == ["FULLY_CONNECTED", "SOFTMAX"]


def test_a_model_with_class_names_in_its_header_is_verified(project: Path) -> None:
    """The generated code is compared with a new compilation, class names and normalization included."""
    made = mcutk.Project(project)
    assert made.build("qemu-m4").model.origin.kind == "shipped"
    assert "MODEL_CLASS_COUNT" in (made.out / "build/qemu-m4/src/model.h").read_text(encoding="utf-8")
    made.flash()
    verified = made.verify(random_seed=1)
    assert verified.mismatch is None and verified.compared > 5
