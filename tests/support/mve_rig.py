"""Runs kernels on the emulated Cortex-M55 without the rest of the firmware (m55/rig.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

RIG = Path(__file__).parent / "m55"
TARGET = Target(MVE, "cortex-m55")
FLAGS = ("-mcpu=cortex-m55", "-mfloat-abi=hard", "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror")
BARE = ("-ffreestanding", "-nostartfiles")

needs_emulator = pytest.mark.skipif(
    process.find_tool("arm-none-eabi-gcc") is None or process.find_tool("qemu-system-arm") is None,
    reason="needs arm-none-eabi-gcc and qemu-system-arm",
)


@dataclass(frozen=True)
class Result:
    """What the rig printed for a case."""

    mismatches: int
    stray: int
    instructions: int


def run_cases(folder: Path, sources: Sequence[str], count: int) -> list[Result]:
    """Compile cases.c with kernel sources, run it, and read what it printed."""
    kernels = asset_dir("firmware") / "kernels"
    elf = folder / "rig.elf"
    process.run(
        ["arm-none-eabi-gcc", *FLAGS, *BARE, "-I", str(RIG), "-I", str(kernels), "-I", str(kernels / "mve"),
         "-I", str(kernels / "portable"), "-T", str(RIG / "rig.ld"),
         str(RIG / "rig.c"), str(folder / "cases.c"),
         *(str(kernels / s) for s in sources), "-o", str(elf), "-lgcc", "-lc"]
    )  # fmt: skip
    done = process.run(
        ["qemu-system-arm", "-M", "mps3-an547", "-kernel", str(elf), "-display", "none", "-serial", "none",
         "-monitor", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=0"],
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [Result(*map(int, line.split())) for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(rows) == count
    return rows
