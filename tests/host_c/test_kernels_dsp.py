"""The DSP kernels in their C form on the host: the same packing and control flow, under ASan and UBSan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mcu_toolkit import process
from mcu_toolkit.compiler.kernels import conv_dsp, depthwise_dsp, fc_dsp, winograd_dsp
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.arm_rig import INCLUDES
from tests.support.arm_rig import KERNELS as FOLDER
from tests.support.conv_layers import fc_layer, make_layer
from tests.support.host_rig import STRICT, needs_gcc, wrong_bytes
from tests.support.kernel_cases import conv_cases

HERE = Path(__file__).parent
TARGET = Target(DSP, "host")
#: C versions of the assembly files, for hosts.
ASSEMBLY_IN_C = sorted((HERE.parent / "support" / "dsp_in_c").glob("*.c"))
FAST = replace(TARGET, optimize=Optimize.SPEED)
KERNELS: tuple[ConvKernel, ...] = (
    *conv_dsp.VARIANTS,
    *depthwise_dsp.VARIANTS,
    *fc_dsp.VARIANTS,
    *winograd_dsp.VARIANTS,
)
FULLY_CONNECTED = {kernel.name for kernel in fc_dsp.VARIANTS}
_POOL_SOURCES = (
    ("dsp", "pool_dsp.c"),
    ("dsp", "reduce_dsp.c"),
    ("portable", "pool.c"),
    ("portable", "reduce.c"),
)

pytestmark = needs_gcc


def random_layer(seed: int) -> ConvLayer:
    """A convolution, depthwise convolution or fully connected layer of random shape and rounding."""
    rng = np.random.default_rng(seed)
    rounding = str(rng.choice(["relu", "linear", "any"]))
    kind = ConvKind.DEPTHWISE if seed % 3 == 0 else ConvKind.CONV
    in_shape = int(rng.integers(1, 8)), int(rng.integers(1, 8)), int(rng.integers(1, 14))
    kernel = [(3, 3), (1, 1), (int(rng.integers(1, 5)), int(rng.integers(1, 5)))][seed // 3 % 3]
    stride = [(1, 1), (2, 2), (1, 1), (2, 1), (3, 3)][seed // 9 % 5]
    dilation = (1, 2) if rng.random() < 0.1 else (1, 1)
    out_c = in_shape[2] if kind is ConvKind.DEPTHWISE and in_shape[2] > 1 else int(rng.integers(1, 12))
    return make_layer(kind, in_shape, out_c, kernel, stride, True, dilation, rounding, seed)


def run(folder: Path, jobs: list[tuple[ConvKernel, ConvLayer]]) -> None:
    """Compile the jobs with their kernels and compare every output byte."""
    wrong = wrong_bytes(folder, conv_cases(jobs, True, TARGET), extra=ASSEMBLY_IN_C)
    assert wrong == [0] * len(wrong)


def test_random_layers_equal_the_arithmetic(tmp_path: Path) -> None:
    jobs = [
        (k, layer)
        for seed, layer in enumerate(map(random_layer, range(180)))
        for k in KERNELS
        if k.accepts(layer, FAST if seed % 4 == 0 else TARGET)
    ]
    run(tmp_path, jobs)
    assert {k.name for k, _ in jobs} >= {k.name for k in KERNELS} - FULLY_CONNECTED


def test_fully_connected_rows_equal_the_arithmetic(tmp_path: Path) -> None:
    jobs: list[tuple[ConvKernel, ConvLayer]] = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        rows, in_c, out_c = int(rng.integers(1, 4)), int(rng.integers(1, 40)), int(rng.integers(1, 20))
        rounding = "relu" if seed % 2 else "linear"
        layer = fc_layer(rows, in_c, out_c, rounding, seed)
        if seed % 4 < 2:
            layer = replace(layer, multiplier=layer.multiplier * 0 + layer.multiplier[0], shift=layer.shift * 0 - 9)
        jobs += [(k, layer) for k in KERNELS if k.accepts(layer, TARGET)]
    run(tmp_path, jobs)
    assert {k.name for k, _ in jobs} >= FULLY_CONNECTED


def test_weights_that_do_not_fit_in_pairs_are_widened(tmp_path: Path) -> None:
    layer = make_layer(ConvKind.CONV, (4, 4, 8), 4, (1, 1), rounding="linear", seed=1)
    weights = layer.weights.copy()
    weights[0, 0, 0, 0], weights[1, 0, 0, 0] = -128, -1
    tight = replace(layer, weights=weights)
    slight = np.full_like(layer.multiplier, 3 << 29), np.full_like(layer.shift, -16)
    heavy = replace(layer, bias=layer.bias + (1 << 23), multiplier=slight[0], shift=slight[1], out_zero_point=0)
    for each, name in ((layer, "dsp_linear"), (tight, "wide_dsp_linear"), (heavy, "wide_dsp_linear")):
        assert [k.name for k in conv_dsp.VARIANTS if k.accepts(each, TARGET)] == [f"mcutk_pointwise_{name}"]
    run(tmp_path, [(k, each) for each in (tight, heavy) for k in conv_dsp.VARIANTS if k.accepts(each, TARGET)])


def test_pooling_and_reduction_equal_the_portable_kernels(tmp_path: Path) -> None:
    sources = [str(FOLDER / folder / f"mcutk_{name}") for folder, name in _POOL_SOURCES]
    program = tmp_path / "pool"
    process.run(["gcc", *STRICT, *INCLUDES, str(HERE / "test_kernels_dsp_pool.c"), *sources, "-o", str(program)])
    assert process.run([str(program)], timeout=60).stdout.split() == ["0", "0", "0"]
