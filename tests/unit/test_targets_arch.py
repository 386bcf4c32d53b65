"""Architectures: each is one complete file, and its facts are in no other file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.targets.arch import ARCHS, Arch, Requirement, lacks_long_multiply
from mcu_toolkit.targets.arch.arm import ARM, core_flags
from mcu_toolkit.targets.arch.callgraph import INDIRECT, read_callgraph

PACKAGE = Path(__file__).resolve().parents[2] / "mcu_toolkit"


@pytest.mark.parametrize("arch", ARCHS.values(), ids=lambda arch: arch.id)
def test_an_architecture_is_complete(arch: Arch) -> None:
    assert ARCHS[arch.id] is arch
    assert (asset_dir("firmware") / "hal" / arch.hal).is_dir()
    assert (asset_dir("firmware") / "templates" / arch.linker_template).is_file()
    needs = {need.name for need in arch.requirements}
    assert arch.compiler in needs
    assert arch.emulator is None or arch.emulator.program in needs
    assert all(need.install and need.needed_for for need in arch.requirements)
    assert {"-Wconversion", "-Werror", "-Wcast-align", "-std=c11"} <= set(arch.compile_flags)


def test_architectures_register_the_install_commands_of_their_programs() -> None:
    need = Requirement("made-up-gcc", "tests", "install made-up")
    with ARCHS.added("made-up", replace(ARM, id="made-up", requirements=(need,))):
        assert process.INSTALL_HINTS.pop("made-up-gcc") == "install made-up"
    assert "gcc-arm-none-eabi" in process.INSTALL_HINTS[ARM.compiler]


def test_an_unknown_architecture_is_named() -> None:
    with pytest.raises(ConfigError, match="there is no architecture 'armm'") as caught:
        ARCHS.find("armm")
    assert "arm" in str(caught.value)


@pytest.mark.parametrize(
    ("cpu", "fpu", "flags"),
    [
        ("cortex-m0", "", "-mcpu=cortex-m0 -mthumb -mfloat-abi=soft"),
        ("cortex-m4", "fpv4-sp-d16", "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16"),
        ("cortex-m55", "auto", "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard"),
    ],
)
def test_flags_of_arm_cores(cpu: str, fpu: str, flags: str) -> None:
    assert core_flags(cpu, fpu) == tuple(flags.split())


def test_the_flag_against_repeated_stores_is_set() -> None:
    """GCC 12 repeats volatile stores without it."""
    assert "-fno-move-loop-stores" in ARM.size_flags


@pytest.mark.parametrize(("number", "name"), [(3, "HardFault"), (6, "UsageFault"), (12, "exception 12"), (0, "ended")])
def test_names_of_faults(number: int, name: str) -> None:
    assert name in ARM.fault_name(number)


def test_the_command_line_of_the_emulator() -> None:
    assert ARM.emulator is not None
    command = ARM.emulator.command("mps2-an386", ("-m", "1M"), "x.elf", 4711)
    assert command[:5] == ["qemu-system-arm", "-M", "mps2-an386", "-m", "1M"]
    assert command[-2:] == ["-kernel", "x.elf"]
    assert command[command.index("-icount") + 1] == "shift=0"
    assert "port=4711" in command[command.index("-chardev") + 1]


def test_firmware_gets_no_access_to_the_host() -> None:
    assert ARM.emulator is not None
    command = ARM.emulator.command("mps2-an386", (), "x.elf", 4711)
    assert not any("semihosting" in part for part in command)
    assert command[command.index("-sandbox") + 1].startswith("on,") and "spawn=deny" in " ".join(command)
    assert "-no-reboot" in command


@pytest.mark.parametrize(
    ("machine", "args"),
    [
        ("mps2-an386,dumpdtb=/tmp/x", ()),
        ("mps2-an386", ("-semihosting-config", "enable=on,target=native")),
        ("mps2-an386", ("-semihosting",)),
        ("mps2-an386", ("-drive", "file=/etc/passwd")),
        ("mps2-an386", ("-serial", "file:/tmp/x")),
        ("mps2-an386", ("-plugin", "/tmp/x.so")),
        ("mps2-an386", ("-cpu", "cortex-m4,file=/x")),
        ("mps2-an386", ("-m", "1M,maxmem=2M")),
        ("mps2-an386", ("-m",)),
        ("mps2-an386", ("-bios", "/etc/passwd")),
    ],
)
def test_a_descriptor_cannot_reach_the_host_through_the_emulator(machine: str, args: tuple[str, ...]) -> None:
    assert ARM.emulator is not None
    assert ARM.emulator.refused(machine, args) is not None


def test_arguments_that_describe_a_board_are_accepted() -> None:
    assert ARM.emulator is not None
    assert ARM.emulator.refused("mps2-an386", ("-m", "16M", "-cpu", "cortex-m4,pmu=off")) is None


def test_cores_without_a_long_multiply() -> None:
    assert lacks_long_multiply("cortex-m0") and lacks_long_multiply("cortex-m23")
    assert not lacks_long_multiply("cortex-m3") and not lacks_long_multiply("host")


LISTING = r"""graph: { title: "x.c"
node: { title: "x.c:low" label: "low\nx.c:3:5\n104 bytes (static)" }
node: { title: "wild" label: "wild\nx.c:9:5\n24 bytes (dynamic)" }
node: { title: "memset" label: "memset\n<built-in>" shape : ellipse }
edge: { sourcename: "wild" targetname: "x.c:low" label: "x.c:9:1" }
edge: { sourcename: "wild" targetname: "__indirect_call" label: "x.c:9:2" }
}
"""


def test_reading_a_call_graph() -> None:
    listing = read_callgraph(LISTING)
    assert listing.sizes == {"x.c:low": 104, "wild": 24}
    assert listing.unbounded == {"wild"}
    assert listing.names["low"] == "x.c:low"
    assert listing.calls == (("wild", "x.c:low"), ("wild", INDIRECT))


@pytest.mark.parametrize("word", ["arm-none-eabi", "qemu-system-", "--specs", r"\bcortex-m"])
def test_facts_of_an_architecture_are_in_its_files_only(word: str) -> None:
    """The cost tables of processor cores are such files too."""
    found = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.parent not in (PACKAGE / "targets" / "arch", PACKAGE / "targets" / "core")
        and re.search(word, path.read_text(encoding="utf-8"))
    ]
    assert found == []
