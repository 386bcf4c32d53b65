"""Helium kernels on the emulated Cortex-M55, each against int64 arithmetic.

The input ends where RAM ends, so that a read beyond it faults; guards around output and scratch catch stray writes; a
second run lays the output over the input as far as `overlap_slack` permits.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.compiler.kernels import conv3_mve, conv_mve, depthwise_mve, depthwise_quad_mve
from mcu_toolkit.compiler.kernels.fc_mve import VARIANTS as FULLY_CONNECTED
from mcu_toolkit.compiler.layer import ConvKind
from tests.support.arm_rig import MACHINES, assert_exact, needs_arm, run_layers
from tests.support.conv_layers import CONV_SHAPES, fc_layer, jobs_for, make_layer

MACHINE = MACHINES["m55"]
TARGET = MACHINE.target
CONV = [*conv_mve.VARIANTS, *conv3_mve.VARIANTS]
DEPTHWISE = [
    kernel for module in (depthwise_mve, depthwise_quad_mve) for kernel in (*module.VARIANTS, *module.BY_COLUMNS)
]

pytestmark = needs_arm


CONVOLUTIONS = [
    *CONV_SHAPES,
    ((4, 5, 6), 6, (3, 7), (1, 3), True, (1, 1)),
    ((5, 9, 35), 5, (3, 3), (2, 1), True, (1, 1)),
    ((6, 8, 16), 2, (2, 3), (1, 1), False, (2, 1)),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_convolutions_equal_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.CONV, *shape, rounding=rounding, seed=n, lowest=-128)
        for n, shape in enumerate(CONVOLUTIONS)
    ]
    jobs = jobs_for(CONV, layers, TARGET)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_fully_connected_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    shapes = [(1, 64, 12), (1, 128, 1), (3, 33, 7), (2, 5, 6), (1, 16, 4), (4, 100, 2)]
    layers = [fc_layer(*shape, rounding, seed=n, lowest=-128) for n, shape in enumerate(shapes)]
    layers += [replace(s, multiplier=s.multiplier * 0 + s.multiplier[-1], shift=s.shift * 0 - 9) for s in layers]
    jobs = jobs_for(FULLY_CONNECTED, layers, TARGET)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


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
    ((3, 11, 7), (3, 3), (1, 1), True),
    ((9, 16, 2), (3, 3), (2, 2), True),
    ((13, 5, 6), (3, 3), (1, 1), True),
    ((21, 1, 10), (5, 1), (1, 1), False),
    ((1, 18, 5), (1, 7), (1, 2), True),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_depthwise_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.DEPTHWISE, shape, shape[2], *rest, rounding=rounding, seed=n, lowest=-128)
        for n, (shape, *rest) in enumerate(DEPTHWISE_SHAPES)
    ]  # fmt: skip
    jobs = jobs_for(DEPTHWISE, layers, TARGET)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


@pytest.mark.parametrize("rounding", ["relu", "linear"])
def test_depthwise_5x5_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    shapes = [((7, 6, 8), (5, 5), (1, 1)), ((9, 8, 13), (5, 5), (2, 2)), ((6, 9, 18), (5, 6), (1, 1))]
    layers = [
        make_layer(ConvKind.DEPTHWISE, shape, shape[2], *rest, rounding=rounding, seed=n, lowest=-128)
        for n, (shape, *rest) in enumerate(shapes)
    ]
    jobs = jobs_for(DEPTHWISE, layers, TARGET)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


def test_depthwise_of_one_channel_is_a_convolution(tmp_path: Path) -> None:
    shapes = [((12, 10, 1), 8, (5, 4), (2, 2)), ((6, 5, 1), 1, (3, 3), (1, 1)), ((5, 5, 1), 6, (1, 1), (1, 1))]
    layers = [make_layer(ConvKind.DEPTHWISE, *shape, seed=n) for n, shape in enumerate(shapes)]
    jobs = jobs_for(CONV, layers, TARGET)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))
