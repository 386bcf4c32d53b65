"""The generated folder without the toolkit: built with strict flags for the host and for Arm, and as a sketch."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import STRICT_FLAGS
from mcu_toolkit.targets.isa import DSP, ISAS, MVE, PORTABLE, Isa
from mcu_toolkit.targets.target import Target
from tests.support.golden_models import GOLDEN_MODELS

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

needs_arm = pytest.mark.skipif(process.find_tool("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc")
ARM = {
    PORTABLE: "-mcpu=cortex-m0 -mthumb",
    DSP: "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16",
    MVE: "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard",
}

#: The part of the Arduino core that the sketch uses.
ARDUINO = """
#include <stdint.h>
struct Port { void begin(long); template <class T> void print(T); void println(); };
extern Port Serial;
unsigned long micros();
void delay(unsigned long);
void setup();
void loop();
"""


def write(folder: Path, name: str, isa: Isa) -> Path:
    data = GOLDEN_MODELS[name]()
    target = folder / "src"
    target.mkdir()
    for file, content in compile_model(read_model(data), Target(isa, "cortex-m4"), model=data).files.items():
        (target / file).write_bytes(content)
    return target


@pytest.mark.skipif(process.find_tool("make") is None, reason="needs make")
@pytest.mark.parametrize("name", sorted(GOLDEN_MODELS))
def test_folder_builds_with_make(name: str, tmp_path: Path) -> None:
    folder = write(tmp_path, name, PORTABLE)
    process.run(["make", "-C", str(folder)])
    assert (folder / "build" / "libmodel.a").stat().st_size > 0


@needs_arm
@pytest.mark.skipif(process.find_tool("make") is None, reason="needs make")
@pytest.mark.parametrize("isa", list(ISAS.values()))
def test_folder_builds_for_arm(isa: Isa, tmp_path: Path) -> None:
    folder = write(tmp_path, "residual", isa)
    tools = ["CC=arm-none-eabi-gcc", "AR=arm-none-eabi-ar", f"TARGET_FLAGS={ARM[isa]}"]
    process.run(["make", "-C", str(folder), *tools])
    assert (folder / "build" / "libmodel.a").stat().st_size > 0


def test_makefile_says_whether_the_host_can_run_the_code(tmp_path: Path) -> None:
    texts = {}
    for isa in (PORTABLE, DSP, MVE):
        (tmp_path / isa.id).mkdir()
        texts[isa] = (write(tmp_path / isa.id, "residual", isa) / "Makefile").read_text()
    assert "# On the host:" in texts[PORTABLE]
    for isa in (DSP, MVE):
        assert "# On the host:" not in texts[isa] and "runs on the microcontroller only" in texts[isa]


@pytest.mark.parametrize("name", sorted(GOLDEN_MODELS))
def test_every_generated_file_is_clean_with_steps(name: str, tmp_path: Path) -> None:
    folder = write(tmp_path, name, PORTABLE)
    for source in sorted(folder.glob("model*.c")):
        process.run(["gcc", *STRICT_FLAGS, "-O2", "-DMODEL_STEPS=1", "-fsyntax-only", str(source)])


@pytest.mark.skipif(process.find_tool("g++") is None, reason="needs g++")
def test_sketch_and_header_compile_as_cpp(tmp_path: Path) -> None:
    """The sketch has the name of the folder, as the Arduino tools require, and compiles as C++ with the header."""
    folder = write(tmp_path, "separable", PORTABLE)
    arduino = tmp_path / "Arduino.h"
    arduino.write_text(ARDUINO)
    sketch = folder / f"{folder.name}.ino"
    process.run(
        [
            "g++",
            "-std=gnu++11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fsyntax-only",
            "-include",
            str(arduino),
            "-x",
            "c++",
            str(sketch),
        ]
    )


def test_files_are_in_one_folder_and_contain_no_path_of_the_machine(tmp_path: Path) -> None:
    data = GOLDEN_MODELS["separable"]()
    files = compile_model(read_model(data), Target(PORTABLE, "cortex-m4"), model=data).files
    for file, content in files.items():
        assert "/" not in file
        for trace in (str(Path.home()).encode(), str(Path(__file__).parents[2]).encode(), b"__DATE__", b"__TIME__"):
            assert trace not in content or trace == b"/", file


@pytest.mark.parametrize(
    "forbidden", [r"\b(malloc|calloc|realloc|free)\b", r"\b(float|double)\b", r"\bgoto\b", r"\bsetjmp\b"]
)
def test_int8_models_use_no_float_and_no_heap(forbidden: str) -> None:
    """Only <prefix>_quantize.c, which inference does not call, uses float."""
    import re

    for name, make in GOLDEN_MODELS.items():
        files = compile_model(read_model(make()), Target(PORTABLE, "cortex-m4")).files
        for file, content in files.items():
            if file.endswith(".c") and file != "model_quantize.c":
                code = re.sub(r"/\*.*?\*/|//[^\n]*", "", content.decode(), flags=re.DOTALL)
                assert not re.search(forbidden, code), f"{name}/{file}"
