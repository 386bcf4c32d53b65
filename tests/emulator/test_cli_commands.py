"""The commands build, flash, bench and verify with an emulated board."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Mcutk, start_mcutk
from tests.support.models import tiny_model, write_images
from tests.support.pages import checked

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
    reason="needs qemu-system-arm and arm-none-eabi-gcc",
)


@pytest.fixture
def model(project: Path) -> Path:
    """A small model file in the project folder."""
    path = project / "tiny.tflite"
    path.write_bytes(tiny_model())
    return path


@pytest.fixture
def flashed(mcutk: Mcutk, model: Path) -> Mcutk:
    """The command line, with the small model on qemu-m4."""
    for arguments in (("build", "--board", "qemu-m4", "--model", model), ("flash",)):
        outcome = mcutk(*arguments)
        assert outcome.ok, outcome.err
    return mcutk


def qemus(folder: Path) -> list[str]:
    """Command lines of running emulators that hold a file below a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if "qemu-system-arm" in line and str(folder) in line:
                found.append(line)
    return found


def test_images_are_streamed_and_every_output_equals_the_hosts(flashed: Mcutk, project: Path) -> None:
    images = write_images(project / "images")
    report = flashed.json("bench", "--data", images)
    assert report["samples"] == 12
    assert report["mismatches"] == 0
    assert report["accuracy"]["device"] == report["accuracy"]["host_int8"] is not None
    assert report["latency"]["unit"] == "instructions"
    assert report["latency"]["min"] > 192  # at least one instruction per MAC
    memory = report["memory"]
    assert memory["flash"]["total"] == sum(memory["flash"][k] for k in ("weights", "engine", "other"))
    assert 0 < memory["ram"]["stack_peak"] <= memory["ram"]["stack"]
    written = json.loads((project / "mcutk-out/bench/qemu-m4/bench.json").read_text(encoding="utf-8"))
    assert written["firmware_sha256"] == report["firmware_sha256"]
    checked((project / "mcutk-out/bench/qemu-m4/report.html").read_text(encoding="utf-8"))
    assert not qemus(project)


def test_two_runs_count_the_same_instructions(flashed: Mcutk) -> None:
    runs = [flashed.json("bench", "--random", 3, "--seed", 7) for _ in range(2)]
    assert runs[0]["latency"] == runs[1]["latency"]
    assert runs[0]["outputs_crc32"] == runs[1]["outputs_crc32"]


def test_a_model_without_images_is_benched_on_random_inputs(flashed: Mcutk) -> None:
    report = flashed.json("bench")
    assert (report["samples"], report["random_seed"]) == (20, 1)
    assert report["accuracy"]["device"] is None


def test_the_limit_keeps_every_class(flashed: Mcutk, project: Path) -> None:
    images = write_images(project / "images")
    report = flashed.json("bench", "--data", images, "--limit", 3)
    assert [row["support"] for row in report["per_class"]] == [1, 1, 1]


def test_a_profile_has_one_row_per_layer(flashed: Mcutk) -> None:
    rows = flashed.json("bench", "--random", 1, "--profile")["profile"]
    assert [row["layer"] for row in rows] == ["FULLY_CONNECTED", "SOFTMAX"]
    assert rows[0]["macs"] == 192
    assert sum(row["share"] for row in rows) == pytest.approx(1)


def test_verify_compares_every_tensor(flashed: Mcutk) -> None:
    report = flashed.json("verify", "--random", 3)
    assert report["mismatch"] is None
    assert report["compared"] == 2


def test_bench_refuses_a_build_that_was_not_flashed(flashed: Mcutk, model: Path) -> None:
    model.write_bytes(tiny_model(seed=1))
    assert flashed("build", "--board", "qemu-m4", "--model", model).ok
    outcome = flashed("bench")
    assert outcome.code == 1
    assert "another firmware" in outcome.err and "mcutk flash" in outcome.err


def test_a_build_that_was_changed_is_not_flashed(flashed: Mcutk, project: Path) -> None:
    elf = project / "mcutk-out/build/qemu-m4/firmware.elf"
    elf.write_bytes(elf.read_bytes() + b"x")
    outcome = flashed("flash")
    assert outcome.code == 1
    assert "not what its manifest recorded" in outcome.err


def test_a_damaged_device_memory_is_not_benched(flashed: Mcutk, project: Path) -> None:
    elf = project / "mcutk-out/devices/qemu-m4/firmware.elf"
    elf.write_bytes(b"\0" * 100)
    outcome = flashed("bench", "--random", 1)
    assert outcome.code == 1
    assert "defect" not in outcome.err
    assert not qemus(project)


def test_a_wrong_answer_fails_the_bench_and_is_named(flashed: Mcutk, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcu_toolkit.host.oracle import Oracle

    right = Oracle.run_all

    def wrong(self: Oracle, inputs: Any, **options: Any) -> Any:
        outputs = [each.copy() for each in right(self, inputs, **options)]
        outputs[0].reshape(len(inputs[0]), -1)[1, 0] ^= 1
        return outputs

    monkeypatch.setattr(Oracle, "run_all", wrong)
    outcome = flashed("bench", "--random", 3)
    assert outcome.code == 1
    assert "1 of 3 outputs" in outcome.err and "seed 2" in outcome.err


@pytest.mark.parametrize("tool", ["qemu-system-arm", "arm-none-eabi-gcc"])
def test_a_missing_tool_is_named_with_the_command_that_installs_it(
    tool: str, flashed: Mcutk, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    command = ("bench", "--random", 1) if tool.startswith("qemu") else ("build", "--board", "qemu-m4", "--model", model)
    outcome = flashed(*command)
    assert outcome.code == 1
    assert f"'{tool}' is not installed" in outcome.err
    assert "apt-get install" in outcome.err


def test_a_model_that_does_not_fit_is_refused_before_anything_is_written(mcutk: Mcutk, project: Path) -> None:
    big = project / "big.tflite"
    big.write_bytes(tiny_model(side=120))
    outcome = mcutk("build", "--board", "stm32vldiscovery", "--model", big)
    assert outcome.code == 1
    assert "does not fit" in outcome.err
    assert not (project / "mcutk-out/build/stm32vldiscovery").exists()


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_bench_leaves_no_emulator_and_no_report(
    number: signal.Signals, code: int, flashed: Mcutk, project: Path
) -> None:
    child = start_mcutk("bench", "--random", "100000", cwd=project)
    deadline = time.monotonic() + 60
    while not qemus(project):
        assert child.poll() is None and time.monotonic() < deadline, child.communicate()
        time.sleep(0.05)
    time.sleep(0.5)
    os.kill(child.pid, number)
    _, err = child.communicate(timeout=30)
    assert child.returncode == code
    assert "Traceback" not in err
    assert not qemus(project)
    assert not (project / "mcutk-out/bench/qemu-m4/bench.json").exists()
    assert not [p for p in project.rglob(".*") if p.name not in (".", "..")]
