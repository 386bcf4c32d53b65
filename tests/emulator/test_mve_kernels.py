"""Helium kernels on the emulated Cortex-M55, each against int64 arithmetic written out here.

The rig runs kernels without the rest of the firmware: the input ends where RAM ends, so that a read beyond it faults;
guards around output and scratch catch stray writes; a second run lays the output over the input as far as
`overlap_slack` permits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.compiler.kernels.conv_mve import KERNELS as CONV
from mcu_toolkit.compiler.kernels.depthwise_mve import KERNELS as DEPTHWISE
from mcu_toolkit.compiler.kernels.fc_mve import KERNELS as FULLY_CONNECTED
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from tests.support.conv_layers import c_array, c_table, make_layer, reference
from tests.support.mve_rig import TARGET, Result, needs_emulator, run_cases

pytestmark = needs_emulator


_FIELDS = (
    "in_h", "in_w", "in_c", "out_h", "out_w", "out_c", "kernel_h", "kernel_w", "stride_h", "stride_w", "dilation_h",
    "dilation_w", "pad_top", "pad_left", "in_zero_point", "out_zero_point", "act_min", "act_max", "depth_multiplier",
)  # fmt: skip


def run_rig(folder: Path, jobs: Sequence[tuple[ConvKernel, ConvLayer]], overlap: bool) -> list[Result]:
    """Build and run one image with every job; with `overlap`, twice, the output over the input the second time."""
    text = ['#include "mcutk_types.h"\n#include "rig.h"\n']
    text += [f'#include "{header}"\n' for header in sorted({kernel.header for kernel, _ in jobs})]
    rows = []
    for n, (kernel, layer) in enumerate(jobs):
        rng = np.random.default_rng(1000 + n)
        x = rng.integers(-128, 128, (layer.in_h, layer.in_w, layer.in_c)).astype(np.int8)
        x.reshape(-1)[rng.random(x.size) < 0.1] = -128
        packed = kernel.pack(layer)
        expected = reference(layer, x)
        text += [c_table(f"w{n}", packed.weights), c_table(f"ch{n}", packed.channels)]
        text += [c_array(f"x{n}", "int8_t", x), c_array(f"e{n}", "int8_t", expected)]
        table = f"(const mcutk_channel *)(const void *)ch{n}"
        fields = ", ".join(f".{f} = {int(getattr(layer, f))}" for f in _FIELDS)
        text.append(f"static const mcutk_conv p{n} = {{.weights = w{n}, .channels = {table}, {fields}}};\n")
        slack = kernel.overlap_slack(layer)
        for over in (0, 1) if overlap and slack is not None else (0,):
            call = f"(void (*)(const int8_t *, int8_t *, void *, const void *))(void (*)(void)){kernel.name}"
            sizes = f"{x.size}, {expected.size}, {kernel.scratch_bytes(layer, TARGET)}, {over}, {slack or 0}"
            rows.append(f"{{{call}, &p{n}, x{n}, e{n}, {sizes}}},\n")
    text += ["const rig_case rig_cases[] = {\n", *rows, "};\n", f"const int32_t rig_case_count = {len(rows)};\n"]
    (folder / "cases.c").write_text("".join(text))
    return run_cases(folder, sorted({s for kernel, _ in jobs for s in kernel.sources}), len(rows))


def check(results: Sequence[Result], jobs: Sequence[tuple[ConvKernel, ConvLayer]]) -> None:
    assert sum(r.mismatches for r in results) == 0, [r.mismatches for r in results]
    assert sum(r.stray for r in results) == 0, [r.stray for r in results]
    assert len(results) >= len(jobs)


def jobs_for(kernels: Sequence[ConvKernel], layers: Sequence[ConvLayer]) -> list[tuple[ConvKernel, ConvLayer]]:
    """Every kernel that accepts each layer; each layer must find one."""
    jobs = [(k, s) for s in layers for k in kernels if k.accepts(s, TARGET)]
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
    ((4, 5, 6), 6, (3, 7), (1, 3), True, (1, 1)),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_convolutions_equal_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.CONV, *shape, rounding=rounding, seed=n, lowest=-128)  # type: ignore[arg-type]
        for n, shape in enumerate(CONV_SHAPES)
    ]
    jobs = jobs_for(CONV, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


def fc_layer(batch: int, in_c: int, out_c: int, rounding: str, seed: int) -> ConvLayer:
    """A fully connected layer: a 1x1 convolution over `batch` pixels."""
    layer = make_layer(ConvKind.CONV, (1, batch, in_c), out_c, (1, 1), rounding=rounding, seed=seed, lowest=-128)
    return replace(layer, kind=ConvKind.FULLY_CONNECTED)


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_fully_connected_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    shapes = [(1, 64, 12), (1, 128, 1), (3, 33, 7), (2, 5, 6), (1, 16, 4), (4, 100, 2)]
    layers = [fc_layer(*shape, rounding, seed=n) for n, shape in enumerate(shapes)]
    layers += [replace(s, multiplier=s.multiplier * 0 + s.multiplier[-1], shift=s.shift * 0 - 9) for s in layers]
    jobs = jobs_for(FULLY_CONNECTED, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


DEPTHWISE_SHAPES = [
    ((5, 6, 8), (3, 3), (1, 1), True),
    ((7, 5, 13), (3, 3), (2, 2), True),
    ((6, 6, 3), (3, 3), (2, 2), True),
    ((4, 9, 6), (2, 4), (1, 3), True),
    ((6, 5, 17), (3, 3), (1, 1), False),
    ((5, 3, 4), (4, 4), (2, 1), True),
    ((9, 4, 1), (1, 2), (4, 1), False),
    ((3, 3, 5), (3, 3), (1, 1), False),
    ((2, 2, 9), (5, 3), (1, 1), True),
    ((4, 5, 35), (3, 3), (1, 1), True),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_depthwise_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.DEPTHWISE, shape, shape[2], *rest, rounding=rounding, seed=n, lowest=-128)
        for n, (shape, *rest) in enumerate(DEPTHWISE_SHAPES)
    ]  # fmt: skip
    jobs = jobs_for(DEPTHWISE, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


@pytest.mark.parametrize("rounding", ["relu", "linear"])
def test_depthwise_5x5_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    shapes = [((7, 6, 8), (5, 5), (1, 1)), ((9, 8, 13), (5, 5), (2, 2)), ((6, 9, 18), (5, 6), (1, 1))]
    layers = [
        make_layer(ConvKind.DEPTHWISE, shape, shape[2], *rest, rounding=rounding, seed=n, lowest=-128)
        for n, (shape, *rest) in enumerate(shapes)
    ]
    jobs = jobs_for(DEPTHWISE, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)


def test_depthwise_of_one_channel_is_a_convolution(tmp_path: Path) -> None:
    shapes = [((12, 10, 1), 8, (5, 4), (2, 2)), ((6, 5, 1), 1, (3, 3), (1, 1)), ((5, 5, 1), 6, (1, 1), (1, 1))]
    layers = [make_layer(ConvKind.DEPTHWISE, *shape, seed=n) for n, shape in enumerate(shapes)]
    jobs = jobs_for(CONV, layers)
    check(run_rig(tmp_path, jobs, overlap=True), jobs)
