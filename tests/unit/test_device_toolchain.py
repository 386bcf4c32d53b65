"""Command lines of the compiler depend on the architecture's descriptor and the core only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.boards import Core
from mcu_toolkit.device.toolchain import Toolchain, Unit
from mcu_toolkit.errors import ConfigError, ToolFailedError
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.targets.arch.arm import ARM


def test_another_architecture_needs_no_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of a descriptor appear on the command lines; no value of the Arm descriptor does."""
    commands: list[list[str]] = []

    def note(argv: list[str], **_: object) -> process.Completed:
        commands.append(list(argv))
        return process.Completed(tuple(argv), 0, "1.2.3\n", "")

    monkeypatch.setattr(process, "run", note)
    monkeypatch.setattr(process, "run_all", lambda argvs, **_: commands.extend(argvs))
    made_up = replace(
        ARM,
        id="made-up",
        prefix="made-up-",
        core_flags=lambda cpu, fpu: (f"-march={cpu}", f"-mabi={fpu or 'int'}"),
        link_flags=("--made-up-link",),
        compile_flags=("-Wmade-up",),
        requirements=(),
    )
    small, large = tmp_path / "small.c", tmp_path / "large.c"
    small.write_text("x")
    large.write_text("x" * 100)
    with ARCHS.added("made-up", made_up):
        tools = Toolchain.of(Core(cpu="rv32imc", isa="portable", arch="made-up"))
        units = [Unit(small, tmp_path / "s.o", ("-O1",)), Unit(large, tmp_path / "l.o")]
        tools.compile(units, [tmp_path], ["A=1"])
        tools.link([tmp_path / "s.o"], tmp_path / "x.ld", tmp_path / "x.elf", tmp_path / "x.map")
        tools.convert(tmp_path / "x.elf", tmp_path / "x.hex", "ihex")
        assert tools.version() == "made-up-gcc 1.2.3"
    compiled, second, linked, converted, _ = commands
    core = ["-march=rv32imc", "-mabi=int"]
    assert compiled == [
        "made-up-gcc", *core, "-Wmade-up", "-DA=1", f"-I{tmp_path}", "-c", "-o", str(tmp_path / "l.o"), str(large),
    ]  # fmt: skip
    assert second[4] == "-O1"
    assert linked[:4] == ["made-up-gcc", *core, "--made-up-link"]
    assert f"-Wl,-T,{tmp_path / 'x.ld'}" in linked
    assert converted[:3] == ["made-up-objcopy", "-O", "ihex"]


def test_an_unknown_core_is_named_without_the_compilers_list_of_all_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = (
        "arm-none-eabi-gcc: error: unrecognized -mcpu target: cortex-m99\n"
        "note: valid arguments are: arm8 cortex-m0 cortex-m4 cortex-m7; did you mean 'arm8'?"
    )

    def fails(*_: object, **__: object) -> None:
        raise ToolFailedError("arm-none-eabi-gcc failed", received=said)

    monkeypatch.setattr(process, "run_all", fails)
    source = tmp_path / "a.c"
    source.write_text("x")
    tools = Toolchain.of(Core(cpu="cortex-m99", isa="portable", arch="arm"))
    with pytest.raises(ConfigError) as wrong:
        tools.compile([Unit(source, tmp_path / "a.o")], [], [])
    assert "core.cpu" in str(wrong.value) and "cortex-m99" in str(wrong.value)
    assert "arm8" not in str(wrong.value)
