"""Kernels other than convolutions: the variant chosen for a node, and the arguments of its call."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.compiler.call import Call, ConstArg, Overlap, ParamsArg
from mcu_toolkit.compiler.kernels.base import Request
from mcu_toolkit.compiler.select import candidates
from mcu_toolkit.graph.attrs import Attrs, Padding, Pool2D, Reduce
from mcu_toolkit.graph.ir import DType, Graph, Node, Quant, Tensor
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE, Isa
from mcu_toolkit.targets.target import Target

NONE = Attrs()


def tensor(*shape: int, dtype: DType = DType.INT8, scale: float = 0.1, data: np.ndarray | None = None) -> Tensor:
    quant = Quant(np.array([scale], np.float32), np.array([0], np.int64)) if dtype is not DType.FLOAT32 else None
    return Tensor("t", shape, dtype, quant, data=data)


def calls(op: str, *tensors: Tensor, attrs: Attrs = NONE, isa: Isa = PORTABLE) -> list[Call]:
    """Calls of the candidates of a node; the last tensor is its output."""
    count = len(tensors) - 1
    node = Node(op, tuple(range(count)), (count,), attrs, 0)
    graph = Graph("one", tensors, (node,), tuple(i for i in range(count) if not tensors[i].is_const), (count,))
    return [candidate.packed for candidate in candidates(Request(graph, node, Target(isa, "core")))]


def pool(op: str, channels: int, isa: Isa) -> Call:
    attrs = Pool2D(padding=Padding.VALID, stride_h=2, stride_w=2, filter_h=2, filter_w=2)
    return calls(op, tensor(1, 8, 8, channels), tensor(1, 4, 4, channels), attrs=attrs, isa=isa)[0]


@pytest.mark.parametrize(("isa", "suffix"), [(PORTABLE, "s8"), (DSP, "dsp"), (MVE, "mve")])
@pytest.mark.parametrize(("op", "kind"), [("AVERAGE_POOL_2D", "average"), ("MAX_POOL_2D", "max")])
def test_pooling_has_a_kernel_for_each_instruction_set(op: str, kind: str, isa: Isa, suffix: str) -> None:
    call = pool(op, 16, isa)
    assert call.name == f"mcutk_{kind}_pool_{suffix}"
    assert call.overlaps[0].slack <= 0  # with a stride of 2, reading advances faster than writing


@pytest.mark.parametrize(
    ("op", "channels", "isa", "name"),
    [
        ("MAX_POOL_2D", 1, DSP, "mcutk_max_pool_s8"),
        ("AVERAGE_POOL_2D", 1, MVE, "mcutk_average_pool_dsp"),
        ("AVERAGE_POOL_2D", 8, MVE, "mcutk_average_pool_mve"),
    ],
)
def test_pooling_of_few_channels_uses_the_cheapest_kernel(op: str, channels: int, isa: Isa, name: str) -> None:
    """Measured: vector kernels are slower where most lanes are idle."""
    assert pool(op, channels, isa).name == name


@pytest.mark.parametrize(
    ("axes", "isa", "name"),
    [
        ((1, 2), PORTABLE, "mcutk_reduce_s8"),
        ((1, 2), DSP, "mcutk_reduce_dsp"),
        ((1, 2), MVE, "mcutk_reduce_dsp"),
        ((3,), DSP, "mcutk_reduce_s8"),  # the axes that stay are not contiguous
    ],
)
def test_mean_over_images_computes_four_channels_at_a_time(axes: tuple[int, ...], isa: Isa, name: str) -> None:
    shape = [1, 6, 6, 8]
    out = [n for axis, n in enumerate(shape) if axis not in axes]
    wanted = tensor(len(axes), dtype=DType.INT32, data=np.array(axes, np.int32))
    found = calls("MEAN", tensor(*shape), wanted, tensor(*out), attrs=Reduce(keep_dims=False), isa=isa)
    assert [call.name for call in found] == [name]


def test_a_table_starts_at_the_byte_0() -> None:
    """The kernel indexes by the unsigned byte: entry 128 belongs to -128."""
    (call,) = calls("RELU", tensor(1, 32), tensor(1, 32))
    table = next(a for a in call.invocations[0].arguments if isinstance(a, ConstArg)).array.values
    assert table[:128].tolist() == list(range(128)) and not table[128:].any()
    assert call.overlaps == (Overlap(0, 1, 0),)


@pytest.mark.parametrize(
    ("source", "result", "name", "shares"),
    [
        (DType.INT8, DType.UINT8, "mcutk_lookup_8", True),
        (DType.INT16, DType.INT8, "mcutk_rescale_s16_s8", True),
        (DType.INT8, DType.INT16, "mcutk_rescale_s8_s16", False),
        (DType.FLOAT32, DType.INT8, "mcutk_quantize_f32_s8", True),
    ],
)
def test_quantize_has_one_kernel_for_each_pair_of_types(source: DType, result: DType, name: str, shares: bool) -> None:
    (call,) = calls("QUANTIZE", tensor(1, 8, dtype=source), tensor(1, 8, dtype=result, scale=0.2))
    assert (call.name, bool(call.overlaps)) == (name, shares)


def test_an_input_that_broadcasts_may_not_be_overwritten() -> None:
    (call,) = calls("MAXIMUM", tensor(1, 4, 8), tensor(1, 1, 8), tensor(1, 4, 8))
    assert call.overlaps == (Overlap(0, 2, 0),)


def test_costs_of_moves_depend_on_the_instruction_set() -> None:
    (plain,) = calls("SQUEEZE", tensor(1, 64, data=np.zeros((1, 64), np.int8)), tensor(64))
    assert plain.cost == PORTABLE.costs.walk + 64 * PORTABLE.costs.copy_byte


def test_padding_fills_then_copies() -> None:
    amounts = tensor(3, 2, dtype=DType.INT32, data=np.array([[0, 0], [1, 1], [2, 0]], np.int32))
    (call,) = calls("PAD", tensor(1, 3, 4), amounts, tensor(1, 5, 6))
    assert [i.function for i in call.invocations] == ["mcutk_fill", "mcutk_copy_strided"]
    copy = call.invocations[1].arguments
    assert copy[1].offset == 6 + 2  # type: ignore[union-attr]
    assert isinstance(copy[2], ParamsArg) and dict(copy[2].fields)["run"] == 4
