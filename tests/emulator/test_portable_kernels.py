"""Portable kernels on the emulated Cortex-M3, compiled for it and for the Cortex-M0, whose inner loops are assembly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.compiler.kernels.conv_portable import KERNELS
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.conv_layers import case_table, make_layer

HERE = Path(__file__).parent
BARE = ("-mthumb", "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostartfiles")

pytestmark = pytest.mark.skipif(
    process.find_tool("arm-none-eabi-gcc") is None or process.find_tool("qemu-system-arm") is None,
    reason="needs arm-none-eabi-gcc and qemu-system-arm",
)


def run_rig(folder: Path, jobs: Sequence[tuple[ConvKernel, ConvLayer]], target: Target) -> list[tuple[int, int, int]]:
    """(mismatches, stray writes, instructions) of each case; output over the input too where that is permitted."""
    text, count = case_table(jobs, True, target)
    (folder / "cases.c").write_text(text)
    kernels, elf = asset_dir("firmware") / "kernels", folder / "rig.elf"
    sources = sorted({s for kernel, _ in jobs for s in kernel.sources})
    process.run(
        ["arm-none-eabi-gcc", f"-mcpu={target.core}", *BARE, "-I", str(HERE), "-I", str(kernels),
         "-I", str(kernels / "portable"), "-T", str(HERE / "test_dsp_rig.ld"), str(HERE / "test_dsp_rig.c"),
         str(folder / "cases.c"), *(str(kernels / s) for s in sources), "-o", str(elf), "-lgcc", "-lc"]
    )  # fmt: skip
    done = process.run(
        ["qemu-system-arm", "-M", "mps2-an385", "-kernel", str(elf), "-display", "none", "-serial", "none",
         "-monitor", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=0"],
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(lines) == count
    return [(int(a), int(b), int(c)) for a, b, c in lines]


def layers() -> list[ConvLayer]:
    """Shapes around the block sizes: 4 pixels, 2, 4 and 8 channels, depths that are no multiple of 4 or 8."""
    found = []
    for n, rounding in enumerate(("relu", "linear", "any")):
        conv = [
            ((5, 5, 16), 8, (3, 3), (1, 1)), ((6, 7, 3), 5, (3, 3), (2, 2)), ((3, 3, 37), 9, (1, 1), (1, 1)),
            ((11, 6, 1), 12, (6, 4), (2, 2)), ((1, 2, 19), 1, (2, 2), (1, 1)),
        ]  # fmt: skip
        found += [make_layer(ConvKind.CONV, *shape, rounding=rounding, seed=n) for shape in conv]
        wise = [
            ((6, 9, 5), 5, (3, 3), (1, 1)), ((7, 10, 9), 9, (3, 3), (2, 2)), ((4, 5, 8), 8, (3, 3), (1, 1)),
            ((5, 6, 3), 3, (2, 5), (1, 2)), ((4, 4, 2), 6, (3, 3), (1, 1)),
        ]  # fmt: skip
        found += [make_layer(ConvKind.DEPTHWISE, *shape, rounding=rounding, seed=n) for shape in wise]
        for depth, units in ((8, 3), (33, 20), (64, 8), (3, 1)):
            layer = make_layer(ConvKind.CONV, (2, 1, depth), units, (1, 1), rounding=rounding, seed=n)
            found.append(replace(layer, kind=ConvKind.FULLY_CONNECTED))
    return found


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m3"])
def test_portable_kernels_equal_the_arithmetic(tmp_path: Path, core: str) -> None:
    target = Target(PORTABLE, core)
    jobs = [(k, layer) for layer in layers() for k in KERNELS if k.accepts(layer, target)]
    results = run_rig(tmp_path, jobs, target)
    assert [r[:2] for r in results] == [(0, 0)] * len(results)


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m3"])
def test_estimated_costs_are_within_a_third(tmp_path: Path, core: str) -> None:
    """The cost model chooses between kernels; it is calibrated by this rig."""
    target = Target(PORTABLE, core)
    layers = [
        make_layer(ConvKind.CONV, (8, 8, 16), 16, (3, 3)),
        make_layer(ConvKind.CONV, (8, 8, 32), 32, (1, 1)),
        make_layer(ConvKind.DEPTHWISE, (12, 12, 16), 16, (3, 3)),
        make_layer(ConvKind.DEPTHWISE, (12, 12, 16), 16, (3, 3), (2, 2)),
        replace(make_layer(ConvKind.CONV, (1, 1, 128), 128, (1, 1)), kind=ConvKind.FULLY_CONNECTED),
    ]
    jobs = [(k, layer) for layer in layers for k in KERNELS if k.accepts(layer, target)]
    results = iter(run_rig(tmp_path, jobs, target))
    ratios = {}
    for kernel, layer in jobs:
        taken = next(results)[2]
        if kernel.overlap_slack(layer) is not None:
            next(results)
        ratios[kernel.name, layer.kind.value, layer.stride_h] = kernel.cost(layer, target) / taken
    assert {key: ratio for key, ratio in ratios.items() if not 0.75 < ratio < 1.34} == {}
