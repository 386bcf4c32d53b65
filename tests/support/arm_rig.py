"""Bare-metal images on emulated Cortex-M cores, without the rest of the firmware (rig/start.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.compiler.layer import ConvKernel, ConvLayer
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE, Isa
from mcu_toolkit.targets.target import Target
from tests.support.kernel_cases import CaseTable, conv_cases

RIG = Path(__file__).parent / "rig"
KERNELS = asset_dir("firmware") / "kernels"
#: Folders of kernel headers.
INCLUDES = ("-I", str(RIG), *(flag for part in (".", "portable", "dsp", "mve") for flag in ("-I", str(KERNELS / part))))
_KERNEL_FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Wshadow", "-Werror")
_LARGE = "CODE (rx) : ORIGIN = 0x0, LENGTH = 4M\n RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 4M"

needs_arm = pytest.mark.skipif(
    process.find_tool("arm-none-eabi-gcc") is None or process.find_tool("qemu-system-arm") is None,
    reason="needs arm-none-eabi-gcc and qemu-system-arm",
)


@dataclass(frozen=True)
class Machine:
    """An emulated machine and the core that code is compiled for.

    Attributes:
        qemu: QEMU's name of the machine.
        flags: compiler flags of the core.
        memory: regions CODE and RAM of the linker script.
        isa: best instruction set of the core.
        core: its name in cost tables.
        tick: instructions during one tick of SysTick (25 MHz or 32 MHz) with ``-icount shift=0``.
    """

    qemu: str
    flags: tuple[str, ...]
    memory: str
    isa: Isa
    core: str
    tick: Fraction = Fraction(40)

    @property
    def target(self) -> Target:
        """The target for which kernels are chosen."""
        return Target(self.isa, self.core)


#: Cortex-M0 code runs on the emulated Cortex-M3, whose machine has more memory.
MACHINES = {
    "m0": Machine("mps2-an385", ("-mcpu=cortex-m0", "-mthumb"), _LARGE, PORTABLE, "cortex-m0"),
    "m3": Machine("mps2-an385", ("-mcpu=cortex-m3", "-mthumb"), _LARGE, PORTABLE, "cortex-m3"),
    "m4": Machine(
        "mps2-an386",
        ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
        _LARGE,
        DSP,
        "cortex-m4",
    ),
    "m55": Machine(
        "mps3-an547",
        ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"),
        "CODE (rx) : ORIGIN = 0x0, LENGTH = 512K\n RAM (rwx) : ORIGIN = 0x30000000, LENGTH = 512K",
        MVE,
        "cortex-m55",
        Fraction(125, 4),
    ),
}


def run_image(folder: Path, machine: Machine, sources: Sequence[str], flags: Sequence[str]) -> list[str]:
    """Link an image and run it until it ends.

    Args:
        folder: receives the image; the working directory of the compiler.
        machine: the emulated machine.
        sources: C and assembly files beside the start-up code.
        flags: of the compiler, beside those of the core.

    Returns:
        The lines that it printed.
    """
    (folder / "link.ld").write_text(f"MEMORY\n{{\n {machine.memory}\n}}\n{(RIG / 'link.ld').read_text()}")
    linking = ["-nostartfiles", "-T", "link.ld", "-ffunction-sections", "-Wl,--gc-sections"]
    process.run(
        ["arm-none-eabi-gcc", *machine.flags, *flags, f"-I{RIG}", *linking, str(RIG / "start.c"), *sources,
         "-lm", "-lc", "-lgcc", "-o", "image.elf"],
        cwd=folder, timeout=600,
    )  # fmt: skip
    done = process.run(
        ["qemu-system-arm", "-M", machine.qemu, "-kernel", "image.elf", "-display", "none", "-serial", "none",
         "-monitor", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=0"],
        cwd=folder, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


@dataclass(frozen=True)
class Result:
    """What the rig printed for one kernel case (rig/kernels.c)."""

    mismatches: int
    stray: int
    instructions: int


def run_kernels(folder: Path, machine: Machine, cases: CaseTable) -> list[Result]:
    """Run kernel cases on an emulated core."""
    (folder / "cases.c").write_text(cases.text)
    tick = (f"-DRIG_TICK_NUMERATOR={machine.tick.numerator}u", f"-DRIG_TICK_DENOMINATOR={machine.tick.denominator}u")
    sources = [str(RIG / "kernels.c"), "cases.c", *(str(KERNELS / source) for source in cases.sources)]
    lines = run_image(folder, machine, sources, [*_KERNEL_FLAGS, *INCLUDES, *tick])
    assert len(lines) == cases.count
    return [Result(*map(int, line.split())) for line in lines]


def run_layers(
    folder: Path, machine: Machine, jobs: Sequence[tuple[ConvKernel, ConvLayer]], overlap: bool
) -> list[Result]:
    """Run convolution kernels on layers; with `overlap`, also with the output over the input where permitted."""
    return run_kernels(folder, machine, conv_cases(jobs, overlap, machine.target))


def assert_exact(results: Sequence[Result]) -> None:
    """No output byte differs from the expected one, and nothing else was written."""
    assert [(r.mismatches, r.stray) for r in results] == [(0, 0)] * len(results)
