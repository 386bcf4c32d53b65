"""The portable kernels on the host under ASan and UBSan, against int64 arithmetic; also in place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.compiler.kernels import conv_portable, winograd
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.conv_layers import make_layer
from tests.support.host_rig import needs_gcc, wrong_bytes
from tests.support.kernel_cases import conv_cases

#: The kernels of Cortex-M0 run here in their C form.
TARGETS = (Target(PORTABLE, "cortex-m3"), Target(PORTABLE, "cortex-m0"))

VARIANTS: tuple[ConvKernel, ...] = (*conv_portable.VARIANTS, *winograd.VARIANTS)

pytestmark = needs_gcc


def random_layer(seed: int) -> ConvLayer:
    """A layer of random kind, shape and rounding; one channel may be saturated."""
    rng = np.random.default_rng(seed)
    rounding = str(rng.choice(["relu", "linear", "any"]))
    kind = (ConvKind.CONV, ConvKind.DEPTHWISE, ConvKind.FULLY_CONNECTED)[seed % 3]
    if kind is ConvKind.FULLY_CONNECTED:
        shape = (int(rng.integers(1, 4)), 1, int(rng.integers(1, 70)))
        layer = make_layer(ConvKind.CONV, shape, int(rng.integers(1, 40)), (1, 1), rounding=rounding, seed=seed)
        return replace(layer, kind=kind)
    in_shape = int(rng.integers(1, 9)), int(rng.integers(1, 12)), int(rng.integers(1, 20))
    kernel = [(3, 3), (1, 1), (int(rng.integers(1, 5)), int(rng.integers(1, 5)))][seed // 3 % 3]
    stride = [(1, 1), (2, 2), (1, 1), (2, 1), (4, 3)][seed // 9 % 5]
    dilation = (int(rng.integers(1, 3)), 2) if rng.random() < 0.15 else (1, 1)
    out_c = in_shape[2] * int(rng.integers(1, 3)) if kind is ConvKind.DEPTHWISE else int(rng.integers(1, 21))
    lowest = -128 if seed % 7 == 0 else -127
    layer = make_layer(kind, in_shape, out_c, kernel, stride, True, dilation, rounding, seed, lowest=lowest)
    if seed % 5 == 0:
        bias = layer.bias.copy()
        bias[0] = (1 << 29) * (-1 if seed % 2 else 1)
        layer = replace(layer, bias=bias)
    return layer


def run(folder: Path, jobs: list[tuple[ConvKernel, ConvLayer]], target: Target) -> None:
    """Compile the jobs with their kernels and compare every output byte."""
    long = ("-DMCUTK_NO_LONG_MULTIPLY=1",) if target.core == "cortex-m0" else ()
    wrong = wrong_bytes(folder, conv_cases(jobs, True, target), long)
    assert sum(wrong) == 0, [
        (k.name, s.kind.value, s.in_h, s.in_w, s.in_c, s.out_c, s.kernel_h, s.kernel_w) for k, s in jobs
    ]


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.core)
def test_random_layers_equal_the_arithmetic(tmp_path: Path, target: Target) -> None:
    jobs = [(k, layer) for layer in map(random_layer, range(100)) for k in VARIANTS if k.accepts(layer, target)]
    run(tmp_path, jobs, target)
    expected = {k.name for k in VARIANTS}
    if target.core == "cortex-m3":
        expected -= {"mcutk_conv_pairs_s8", "mcutk_fc_four_s8"}
    assert {k.name for k, _ in jobs} == expected


def test_every_layer_finds_a_kernel() -> None:
    for seed in range(150):
        layer = random_layer(seed)
        for target in TARGETS:
            assert any(k.accepts(layer, target) for k in VARIANTS)


def test_pairs_refuse_weights_whose_products_overflow_a_half_word() -> None:
    pairs = next(k for k in VARIANTS if k.name == "mcutk_conv_pairs_s8")
    layer = make_layer(ConvKind.CONV, (2, 2, 4), 2, (1, 1), rounding="relu", seed=3)
    weights = np.zeros_like(layer.weights)
    weights[1, 0, 0, 2:] = -128, 127
    assert pairs.accepts(replace(layer, weights=weights), TARGETS[1])
    weights[1, 0, 0, 2:] = -128, -128
    assert not pairs.accepts(replace(layer, weights=weights), TARGETS[1])
    assert not pairs.accepts(layer, TARGETS[0])


def test_pairs_hold_the_largest_sums(tmp_path: Path) -> None:
    """All inputs -128, weights -128 and 127: the sums in both half-words reach their smallest and largest values."""
    pairs = next(k for k in VARIANTS if k.name == "mcutk_conv_pairs_s8")
    jobs: list[tuple[ConvKernel, ConvLayer]] = []
    for seed in range(6):
        layer = make_layer(ConvKind.CONV, (3, 3, 16), 6, (1, 1), rounding="linear", seed=seed)
        weights = np.where(np.arange(16) % 2, 127, -128).astype(np.int8) * np.ones_like(layer.weights)
        weights = (
            weights if seed % 2 else np.where(weights < 0, -weights.astype(np.int16) - 1, -weights).astype(np.int8)
        )
        jobs.append((pairs, replace(layer, weights=weights, in_zero_point=-128)))
    run(tmp_path, jobs, TARGETS[1])
