"""Portable kernels on the emulated Cortex-M3, compiled for it and for the Cortex-M0 (inner loops in assembly)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.compiler.kernels import conv_portable, winograd
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from tests.support.arm_rig import MACHINES, assert_exact, needs_arm, run_layers
from tests.support.conv_layers import fc_layer, make_layer

VARIANTS: tuple[ConvKernel, ...] = (*conv_portable.VARIANTS, *winograd.VARIANTS)

pytestmark = needs_arm


def layers() -> list[ConvLayer]:
    """Shapes around the block sizes: 4 pixels, 2, 4 and 8 channels, depths that are no multiple of 4 or 8."""
    found = []
    for n, rounding in enumerate(("relu", "linear", "any")):
        conv = [
            ((5, 5, 16), 8, (3, 3), (1, 1)), ((6, 7, 3), 5, (3, 3), (2, 2)), ((3, 3, 37), 9, (1, 1), (1, 1)),
            ((11, 6, 1), 12, (6, 4), (2, 2)), ((1, 2, 19), 1, (2, 2), (1, 1)), ((5, 6, 3), 9, (3, 3), (1, 1)),
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


@pytest.mark.parametrize("core", ["m0", "m3"])
def test_portable_kernels_equal_the_arithmetic(tmp_path: Path, core: str) -> None:
    machine = MACHINES[core]
    jobs = [(k, layer) for layer in layers() for k in VARIANTS if k.accepts(layer, machine.target)]
    assert_exact(run_layers(tmp_path, machine, jobs, overlap=True))


@pytest.mark.parametrize("core", ["m0", "m3"])
def test_estimated_costs_are_within_a_third(tmp_path: Path, core: str) -> None:
    """The cost model chooses between kernels; it is calibrated by this rig."""
    target = MACHINES[core].target
    layers = [
        make_layer(ConvKind.CONV, (8, 8, 16), 16, (3, 3)),
        make_layer(ConvKind.CONV, (8, 8, 32), 32, (1, 1)),
        make_layer(ConvKind.DEPTHWISE, (12, 12, 16), 16, (3, 3)),
        make_layer(ConvKind.DEPTHWISE, (12, 12, 16), 16, (3, 3), (2, 2)),
        fc_layer(1, 128, 128),
    ]
    jobs = [(k, layer) for layer in layers for k in VARIANTS if k.accepts(layer, target)]
    results = run_layers(tmp_path, MACHINES[core], jobs, overlap=False)
    ratios = {
        (kernel, layer.kind.value, layer.stride_h): kernel.cost(layer, target) / result.instructions
        for (kernel, layer), result in zip(jobs, results, strict=True)
    }
    assert {key: ratio for key, ratio in ratios.items() if not 0.75 < ratio < 1.34} == {}
