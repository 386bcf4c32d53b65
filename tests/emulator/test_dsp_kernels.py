"""DSP kernels on the emulated Cortex-M4, each against int64 arithmetic.

A rig of its own (test_dsp_rig.c) runs kernels without the rest of the firmware: the input ends where RAM ends, so
that a read beyond it faults; guards around output and scratch catch stray writes; a second run lays the output over
the input as far as `overlap_slack` permits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.compiler.kernels.conv_dsp import KERNELS as CONV
from mcu_toolkit.compiler.kernels.depthwise_dsp import KERNELS as DEPTHWISE
from mcu_toolkit.compiler.kernels.fc_dsp import KERNELS as FULLY_CONNECTED
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.conv_layers import case_table, make_layer

HERE = Path(__file__).parent
TARGET = Target(DSP, "cortex-m4")
FAST = replace(TARGET, optimize=Optimize.SPEED)
FLAGS = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-O2", "-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Werror")
BARE = ("-ffreestanding", "-nostartfiles", "--specs=nosys.specs")

pytestmark = pytest.mark.skipif(
    process.find_tool("arm-none-eabi-gcc") is None or process.find_tool("qemu-system-arm") is None,
    reason="needs arm-none-eabi-gcc and qemu-system-arm",
)


@dataclass(frozen=True)
class Result:
    """What the rig printed for a case."""

    mismatches: int
    stray: int
    instructions: int


def run_rig(folder: Path, jobs: Sequence[tuple[ConvKernel, ConvLayer]], overlap: bool) -> list[Result]:
    """Build and run one image with every job; with `overlap`, twice, the output over the input the second time."""
    text, count = case_table(jobs, overlap, TARGET)
    (folder / "cases.c").write_text(text)
    return run_cases(folder, sorted({s for kernel, _ in jobs for s in kernel.sources}), count)


def run_cases(folder: Path, sources: Sequence[str], count: int) -> list[Result]:
    """Compile cases.c with kernel sources, run it, and read what it printed."""
    kernels = asset_dir("firmware") / "kernels"
    elf = folder / "rig.elf"
    process.run(
        ["arm-none-eabi-gcc", *FLAGS, *BARE, "-I", str(HERE), "-I", str(kernels), "-I", str(kernels / "dsp"),
         "-I", str(kernels / "portable"), "-T", str(HERE / "test_dsp_rig.ld"),
         str(HERE / "test_dsp_rig.c"), str(folder / "cases.c"),
         *(str(kernels / s) for s in sources), "-o", str(elf), "-lgcc", "-lc"]
    )  # fmt: skip
    done = process.run(
        ["qemu-system-arm", "-M", "mps2-an386", "-kernel", str(elf), "-display", "none", "-serial", "none",
         "-monitor", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=0"],
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [Result(*map(int, line.split())) for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(rows) == count
    return rows


def check(results: Sequence[Result], jobs: Sequence[tuple[ConvKernel, ConvLayer]]) -> None:
    assert sum(r.mismatches for r in results) == 0, [r.mismatches for r in results]
    assert sum(r.stray for r in results) == 0, [r.stray for r in results]
    assert len(results) >= len(jobs)


def jobs_for(kernels: Sequence[ConvKernel], layers: Sequence[ConvLayer]) -> list[tuple[ConvKernel, ConvLayer]]:
    """Every kernel that accepts each layer, be it for speed alone; each layer must find one."""
    jobs = [(k, s) for s in layers for k in kernels if k.accepts(s, TARGET) or k.accepts(s, FAST)]
    assert {id(s) for _, s in jobs} == {id(s) for s in layers}
    return jobs


CONV_SHAPES = [
    ((5, 5, 16), 8, (3, 3), (1, 1), True, (1, 1)),
    ((6, 7, 3), 5, (3, 3), (2, 2), True, (1, 1)),
    ((4, 4, 32), 4, (1, 1), (1, 1), True, (1, 1)),
    ((5, 3, 37), 7, (1, 1), (1, 1), True, (1, 1)),
    ((5, 6, 9), 3, (1, 1), (2, 2), True, (1, 1)),
    ((11, 6, 1), 12, (6, 4), (2, 2), True, (1, 1)),
    ((7, 7, 5), 4, (3, 3), (1, 1), False, (2, 2)),
    ((3, 2, 19), 1, (2, 2), (1, 1), False, (1, 1)),
    ((9, 1, 2), 6, (5, 1), (1, 1), True, (2, 1)),
    ((4, 5, 8), 6, (3, 7), (1, 3), True, (1, 1)),
    ((7, 6, 8), 6, (3, 3), (1, 1), True, (1, 2)),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_convolutions_equal_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.CONV, *shape, rounding=rounding, seed=n)  # type: ignore[arg-type]
        for n, shape in enumerate(CONV_SHAPES)
    ]
    jobs = jobs_for(CONV, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


DEPTHWISE_SHAPES = [
    ((5, 5, 16), (1, 1), True),
    ((6, 7, 9), (2, 2), True),
    ((4, 4, 4), (1, 1), False),
    ((7, 5, 7), (1, 1), True),
    ((9, 8, 6), (2, 2), False),
    ((1, 1, 5), (1, 1), True),
    ((2, 1, 4), (2, 2), True),
    ((3, 3, 11), (1, 1), True),
    ((12, 12, 8), (2, 2), True),
]


@pytest.mark.parametrize("rounding", ["relu", "linear"])
def test_dsp_depthwise_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.DEPTHWISE, shape, shape[2], (3, 3), stride, same, rounding=rounding, seed=n, lowest=-128)
        for n, (shape, stride, same) in enumerate(DEPTHWISE_SHAPES)
    ]
    jobs = jobs_for(DEPTHWISE, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


GENERAL_DEPTHWISE_SHAPES = [
    ((5, 5, 16), 16, (5, 5), (1, 1), True, (1, 1)),
    ((6, 7, 9), 9, (3, 3), (2, 1), True, (1, 1)),
    ((9, 8, 6), 6, (3, 3), (1, 1), True, (2, 2)),
    ((7, 4, 4), 4, (2, 3), (3, 2), False, (1, 1)),
    ((12, 1, 7), 7, (5, 1), (1, 1), True, (1, 1)),
    ((4, 3, 11), 11, (1, 1), (1, 1), True, (1, 1)),
    ((11, 6, 1), 8, (6, 4), (2, 2), True, (1, 1)),
    ((5, 5, 1), 3, (3, 3), (1, 1), True, (1, 1)),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_depthwise_of_any_geometry_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.DEPTHWISE, *shape, rounding=rounding, seed=n)  # type: ignore[arg-type]
        for n, shape in enumerate(GENERAL_DEPTHWISE_SHAPES)
    ]
    jobs = jobs_for([*DEPTHWISE, *CONV], layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


def fc_layer(batch: int, in_c: int, out_c: int, rounding: str, seed: int) -> ConvLayer:
    """A fully connected layer: a 1x1 convolution over `batch` pixels."""
    layer = make_layer(ConvKind.CONV, (1, batch, in_c), out_c, (1, 1), rounding=rounding, seed=seed)
    return replace(layer, kind=ConvKind.FULLY_CONNECTED)


FC_SHAPES = [(1, 64, 12), (1, 128, 1), (3, 33, 7), (2, 5, 6), (1, 16, 8), (4, 100, 2), (2, 4, 24), (3, 8, 17)]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_fully_connected_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [fc_layer(*shape, rounding, seed=n) for n, shape in enumerate(FC_SHAPES)]
    layers += [_one_scale(layer) for layer in layers if rounding != "any"]
    jobs = jobs_for([*FULLY_CONNECTED, *CONV], layers)
    assert rounding == "any" or any(k in FULLY_CONNECTED for k, _ in jobs)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


def _one_scale(layer: ConvLayer) -> ConvLayer:
    """The same scale for all channels, and a channel that saturates for every input."""
    bias = layer.bias.copy()
    bias[-1] = 1 << 20
    shift = np.full_like(layer.shift, layer.shift[0])
    return replace(layer, bias=bias, multiplier=np.full_like(layer.multiplier, layer.multiplier[0]), shift=shift)


def test_costs_agree_with_the_emulator(tmp_path: Path) -> None:
    """The cost model chooses between variants: it must be within a sixth of what the emulator counts."""
    conv, depthwise = ConvKind.CONV, ConvKind.DEPTHWISE
    layers = [
        make_layer(conv, (12, 12, 16), 16, (3, 3), seed=1),
        make_layer(conv, (12, 12, 32), 32, (3, 3), (2, 2), rounding="linear", seed=2),
        make_layer(conv, (24, 24, 3), 8, (3, 3), (2, 2), seed=3),
        make_layer(conv, (24, 24, 1), 8, (3, 3), seed=4),
        make_layer(conv, (20, 10, 1), 32, (10, 4), (2, 2), seed=5),
        make_layer(conv, (12, 12, 64), 64, (1, 1), seed=6),
        make_layer(conv, (12, 12, 19), 15, (1, 1), seed=7),
        make_layer(conv, (12, 12, 8), 16, (1, 1), rounding="any", seed=8),
        make_layer(depthwise, (24, 24, 16), 16, (3, 3), seed=9),
        make_layer(depthwise, (25, 5, 32), 32, (3, 3), rounding="linear", seed=10),
        make_layer(depthwise, (24, 24, 16), 16, (3, 3), (2, 2), seed=11),
        make_layer(depthwise, (12, 12, 16), 16, (5, 5), seed=12),
        make_layer(depthwise, (12, 12, 16), 16, (5, 5), rounding="any", seed=13),
        fc_layer(1, 128, 128, "relu", 14),
        fc_layer(1, 250, 10, "linear", 15),
    ]
    jobs = jobs_for([*CONV, *DEPTHWISE, *FULLY_CONNECTED], layers)
    results = run_rig(tmp_path, jobs, overlap=False)
    check(results, jobs)
    for (kernel, layer), result in zip(jobs, results, strict=True):
        target = TARGET if kernel.accepts(layer, TARGET) else FAST
        ratio = kernel.cost(layer, target) / result.instructions
        assert 5 / 6 < ratio < 6 / 5, f"{kernel.name} {layer.in_h}x{layer.in_w}x{layer.in_c}: {ratio:.2f}"
