"""A wheel in an empty virtual environment outside the checkout: the commands and the Python interface."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.cli import ROOT
from tests.support.models import tiny_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
        reason="needs qemu-system-arm and arm-none-eabi-gcc",
    ),
]
#: Output of pip where there is no package index.
OFFLINE = ("Could not find a version", "No matching distribution", "Failed to establish", "Temporary failure")


def run(*argv: object, cwd: Path) -> str:
    """Output of a program that runs without the Python environment of this test."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "VIRTUAL_ENV"}
    done = subprocess.run([str(a) for a in argv], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    if done.returncode and "pip" in map(str, argv) and any(word in text for word in OFFLINE):
        pytest.skip("needs a package index: " + text.strip().splitlines()[-1])
    assert done.returncode == 0, text
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy: a build in the checkout would leave files there.
    copy = folder / "source"
    names = ("mcu_toolkit", "firmware", "emulator", "boards", "models", "pyproject.toml", "README.md", "LICENSE")
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, copy, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_contains_firmware_boards_models_and_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("firmware", "boards", "models"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"mcu_toolkit/_assets/{path.relative_to(ROOT).as_posix()}" in names
    assert "mcu_toolkit/report/templates/page.html.j2" in names
    assert "mcu_toolkit/py.typed" in names
    assert not [name for name in names if name.startswith("tests/")]


@pytest.fixture(scope="module")
def binary(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment with the wheel and its dependencies only."""
    folder = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", folder, cwd=folder)
    programs = folder / "bin"
    run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
    return programs


#: The example of the Python interface, for two models one after the other in one process.
PYTHON_EXAMPLE = """
import json
import mcu_toolkit as mcutk

project = mcutk.Project("folder")
figures = []
for model in ("first.tflite", "second.tflite"):
    built = project.build(board="qemu-m4", model=model, optimize="balanced")
    project.flash(board="qemu-m4")
    bench = project.bench(board="qemu-m4", random=2, seed=1)
    assert bench.model_sha256 == built.model.sha256
    assert project.inspect(model).macs.after_passes == built.macs
    figures.append((bench.mismatches, bench.latency.median, bench.outputs_crc32, bench.memory.ram.arena))
print(json.dumps(figures))
"""


def test_two_models_in_one_process_through_the_python_interface(binary: Path, tmp_path: Path) -> None:
    for seed, name in enumerate(("first.tflite", "second.tflite")):
        (tmp_path / name).write_bytes(tiny_model(seed=seed))
    (tmp_path / "example.py").write_text(PYTHON_EXAMPLE, encoding="utf-8")
    figures = json.loads(run(binary / "python", "example.py", cwd=tmp_path))
    assert [mismatches for mismatches, *_ in figures] == [0, 0]
    assert all(latency > 192 and arena > 0 for _, latency, _, arena in figures)  # at least one instruction per MAC
    assert figures[0][2] != figures[1][2]
    assert (tmp_path / "folder/mcutk-out/bench/qemu-m4/report.html").is_file()


def test_the_installed_wheel_builds_and_benches_outside_the_checkout(binary: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    where = run(binary / "python", "-c", "import mcu_toolkit; print(mcu_toolkit.__file__)", cwd=work)
    assert str(binary.parent) in where
    run(binary / "mcutk", "build", "--board", "qemu-m4", cwd=work)
    run(binary / "mcutk", "flash", cwd=work)
    run(binary / "mcutk", "bench", "--limit", "4", "--json", "out.json", cwd=work)
    report = json.loads((work / "out.json").read_text(encoding="utf-8"))
    assert (report["samples"], report["mismatches"]) == (4, 0)
    assert report["accuracy"]["device"] == report["accuracy"]["host_int8"]
    # Training needs an extra that is not installed; the message names it.
    done = subprocess.run([binary / "mcutk", "train"], cwd=work, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'mcu_toolkit[train]'" in done.stderr
    assert "Traceback" not in done.stderr
