"""DSP kernels on the emulated Cortex-M4, each against int64 arithmetic.

The input ends where RAM ends, so that a read beyond it faults; guards around output and scratch catch stray writes; a
second run lays the output over the input as far as `overlap_slack` permits.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.compiler.kernels.conv_dots_dsp import VARIANTS as DOTS
from mcu_toolkit.compiler.kernels.conv_dsp import PADDED
from mcu_toolkit.compiler.kernels.conv_dsp import VARIANTS as CONV_ALONE
from mcu_toolkit.compiler.kernels.depthwise_dsp import VARIANTS as DEPTHWISE
from mcu_toolkit.compiler.kernels.fc_dsp import VARIANTS as FULLY_CONNECTED
from mcu_toolkit.compiler.kernels.winograd_dsp import VARIANTS as WINOGRAD
from mcu_toolkit.compiler.kernels.winograd_dsp import DspWinograd
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.targets.target import Optimize
from tests.support.arm_rig import MACHINES, assert_exact, needs_arm, run_layers
from tests.support.conv_layers import CONV_SHAPES, fc_layer, jobs_for, make_layer

CONV = (*CONV_ALONE, *PADDED)
MACHINE = MACHINES["m4"]
TARGET = MACHINE.target
FAST = replace(TARGET, optimize=Optimize.SPEED)

pytestmark = needs_arm


CONVOLUTIONS = [
    *CONV_SHAPES,
    ((4, 5, 8), 6, (3, 7), (1, 3), True, (1, 1)),
    ((7, 6, 8), 6, (3, 3), (1, 1), True, (1, 2)),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_convolutions_equal_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [make_layer(ConvKind.CONV, *shape, rounding=rounding, seed=n) for n, shape in enumerate(CONVOLUTIONS)]
    jobs = jobs_for(CONV, layers, TARGET, FAST)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


#: Tiles and groups that are not whole, last quads that overlap, loops of one turn and more, several batches.
WINOGRAD_SHAPES = [
    ((5, 5, 16), 8, True),
    ((6, 7, 5), 5, True),
    ((4, 4, 32), 4, False),
    ((3, 3, 7), 3, False),
    ((1, 1, 9), 4, True),
    ((2, 9, 64), 7, True),
    ((6, 12, 24), 20, True),
    ((7, 6, 40), 36, True),
    ((1, 5, 6), 9, True),
]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_winograd_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.CONV, shape, out_c, (3, 3), (1, 1), same, rounding=rounding, seed=n, lowest=-128)
        for n, (shape, out_c, same) in enumerate(WINOGRAD_SHAPES)
    ]
    layers += [replace(layers[0], pad_top=2, pad_left=0, out_h=6, out_w=4), replace(layers[5], out_w=11, pad_left=2)]
    jobs = jobs_for(WINOGRAD, layers, TARGET)
    assert {variant.batch for variant, _ in jobs if isinstance(variant, DspWinograd)} == {0, 4, 8, 16, 32}
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


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
    jobs = jobs_for(DEPTHWISE, layers, TARGET, FAST)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


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
    jobs = jobs_for([*DEPTHWISE, *CONV], layers, TARGET, FAST)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


FC_SHAPES = [(1, 64, 12), (1, 128, 1), (3, 33, 7), (2, 5, 6), (1, 16, 8), (4, 100, 2), (2, 4, 24), (3, 8, 17)]


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_fully_connected_equals_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [fc_layer(*shape, rounding, seed=n) for n, shape in enumerate(FC_SHAPES)]
    layers += [_one_scale(layer) for layer in layers if rounding != "any"]
    jobs = jobs_for([*FULLY_CONNECTED, *CONV], layers, TARGET, FAST)
    assert rounding == "any" or any(k in FULLY_CONNECTED for k, _ in jobs)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))


def _one_scale(layer: ConvLayer) -> ConvLayer:
    """The same scale for all channels, and a channel that saturates for every input."""
    bias = layer.bias.copy()
    bias[-1] = 1 << 20
    shift = np.full_like(layer.shift, layer.shift[0])
    return replace(layer, bias=bias, multiplier=np.full_like(layer.multiplier, layer.multiplier[0]), shift=shift)


def test_costs_agree_with_the_emulator(tmp_path: Path) -> None:
    """The cost model chooses between variants: its estimates must be within a sixth of the counts of the emulator."""
    conv, depthwise = ConvKind.CONV, ConvKind.DEPTHWISE
    layers = [
        make_layer(conv, (12, 12, 16), 16, (3, 3), seed=1),
        make_layer(conv, (12, 12, 32), 32, (3, 3), (2, 2), rounding="linear", seed=2),
        make_layer(conv, (9, 9, 14), 12, (3, 3), rounding="any", seed=16),
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
    jobs = jobs_for([*CONV, *DEPTHWISE, *FULLY_CONNECTED, *WINOGRAD], layers, TARGET, FAST)
    results = run_layers(tmp_path, MACHINE, jobs, overlap=False)
    assert_exact(results)
    for (kernel, layer), result in zip(jobs, results, strict=True):
        target = TARGET if kernel.accepts(layer, TARGET) else FAST
        ratio = kernel.cost(layer, target) / result.instructions
        assert 5 / 6 < ratio < 6 / 5, f"{kernel.name} {layer.in_h}x{layer.in_w}x{layer.in_c}: {ratio:.2f}"


@pytest.mark.parametrize("rounding", ["relu", "linear", "any"])
def test_dsp_dot_products_equal_the_arithmetic(tmp_path: Path, rounding: str) -> None:
    layers = [
        make_layer(ConvKind.CONV, *shape, rounding=rounding, seed=n, lowest=-128)
        for n, shape in enumerate(CONVOLUTIONS)
    ]
    shapes = [(1, 64, 12), (3, 33, 7), (2, 5, 6), (1, 3, 1), (1, 4099, 4)]
    layers += [fc_layer(*shape, rounding, seed=n, lowest=-128) for n, shape in enumerate(shapes)]
    jobs = jobs_for(DOTS, layers, TARGET)
    assert_exact(run_layers(tmp_path, MACHINE, jobs, overlap=True))
