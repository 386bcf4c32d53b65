"""The traits of operators hold for their results, and passes use traits instead of names of operators."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import compiler
from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import Channels, same_quant
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.requantize import RANGES, activation_range
from tests.support.randmodels import MAKERS, random_graph_model, register_all

register_all()

_SEEDS = range(8)
_PACKAGE = Path(compiler.__file__).parent


def values(graph: Graph, index: int, rng: np.random.Generator) -> Array:
    """The contents of a constant, or random values; without the axis of samples."""
    tensor = graph.tensors[index]
    if tensor.data is not None:
        return tensor.data
    if tensor.dtype is DType.FLOAT32:
        return rng.standard_normal(tensor.shape).astype(np.float32)
    low, high = (0, 1) if tensor.dtype is DType.BOOL else RANGES[tensor.dtype]
    return rng.integers(low, high, tensor.shape, endpoint=True).astype(tensor.dtype.numpy)


@cache
def models() -> tuple[Graph, ...]:
    """Random models of every operator."""
    return tuple(read_model(random_graph_model(seed, (op,))) for op in sorted(MAKERS) for seed in _SEEDS)


def cases() -> Iterator[tuple[Graph, Node, list[Array | None], np.random.Generator]]:
    """Nodes of the models, with values for their inputs."""
    for number, graph in enumerate(models()):
        rng = np.random.default_rng(number)
        for node in graph.nodes:
            if node.outputs:
                known = {i: values(graph, i, rng) for i, _ in graph.used_inputs(node)}
                yield graph, node, [None if i == ABSENT else known[i] for i in node.inputs], rng


def result(graph: Graph, node: Node, inputs: list[Array | None]) -> Array:
    return OPERATORS[node.op].evaluate(graph, node, inputs)[0]


def changed(graph: Graph, node: Node, inputs: list[Array | None], at: int, where: np.ndarray) -> list[Array | None]:
    """A copy of the inputs; one of them has other values where a mask is true."""
    array = inputs[at]
    assert array is not None
    other = array[::-1, ...].copy() if array.ndim else array.copy()
    fresh = np.random.default_rng(99).permutation(other.reshape(-1)).reshape(array.shape)
    return [np.where(where, fresh, array).astype(array.dtype) if i == at else value for i, value in enumerate(inputs)]


def test_elementwise_results_depend_on_their_position_alone() -> None:
    seen = set()
    for graph, node, inputs, rng in cases():
        kind, out = OPERATORS[node.op], graph.tensors[node.outputs[0]]
        before = result(graph, node, inputs)
        for at in range(kind.elementwise):
            data = graph.tensors[node.inputs[at]]
            if data.shape != out.shape:
                continue
            where = rng.random(out.shape) < 0.3
            after = result(graph, node, changed(graph, node, inputs, at, where))
            np.testing.assert_array_equal(before[~where], after[~where], err_msg=node.op)
            seen.add(node.op)
    assert {"ADD", "SUB", "MUL", "MAXIMUM", "PRELU", "RELU", "TANH", "QUANTIZE"} <= seen


def test_channels_depend_on_the_channels_that_are_stated() -> None:
    seen = set()
    for graph, node, inputs, rng in cases():
        channels = OPERATORS[node.op].channels(graph, node)
        if channels not in (Channels.SAME, Channels.DEPTHWISE):
            continue
        before, data = result(graph, node, inputs), graph.tensors[node.inputs[0]]
        if data.is_const or (data.shape[-1] not in (before.shape[-1], 1) and channels is Channels.SAME):
            continue
        where = np.broadcast_to(rng.random(data.shape[-1:]) < 0.4, data.shape)
        after = result(graph, node, changed(graph, node, inputs, 0, where))
        kept = np.repeat(~where[(0,) * (where.ndim - 1)], before.shape[-1] // data.shape[-1])
        np.testing.assert_array_equal(before[..., kept], after[..., kept], err_msg=node.op)
        seen.add((channels, node.op))
    assert {(Channels.DEPTHWISE, "DEPTHWISE_CONV_2D"), (Channels.SAME, "MEAN"), (Channels.SAME, "PAD")} <= seen


def test_layers_declare_the_layout_of_their_weights() -> None:
    seen = set()
    for graph, node, _, _ in cases():
        kind = OPERATORS[node.op]
        channels, prepared = kind.channels(graph, node), kind.linear(graph, node)
        if channels in (Channels.DENSE, Channels.DEPTHWISE):
            assert prepared is not None
            shape, in_c = graph.tensors[node.inputs[1]].shape, graph.tensors[node.inputs[0]].shape[-1]
            assert shape[0 if channels is Channels.DENSE else -1] == prepared.out_c
            assert (shape[-1] if channels is Channels.DENSE else prepared.out_c) % in_c == 0
            seen.add(node.op)
    assert seen == {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


def test_views_and_identities_give_the_bytes_of_their_input() -> None:
    views, identities = set(), set()
    for graph, node, inputs, _ in cases():
        kind = OPERATORS[node.op]
        position = kind.identity_input(graph, node)
        if kind.view:
            assert result(graph, node, inputs).tobytes() == np.asarray(inputs[0]).tobytes()
            views.add(node.op)
        if position is None:
            continue
        source, out = graph.tensors[node.inputs[position]], graph.tensors[node.outputs[0]]
        if source.shape == out.shape and source.dtype is out.dtype and same_quant(source, out):
            np.testing.assert_array_equal(result(graph, node, inputs), inputs[position], err_msg=node.op)
            identities.add(node.op)
    assert views == {"RESHAPE", "SQUEEZE", "EXPAND_DIMS"}
    assert {"PAD", "TRANSPOSE", "RESHAPE", "SLICE"} <= identities


def test_pieces_are_contiguous_parts() -> None:
    seen = set()
    for graph, node, inputs, _ in cases():
        kind = OPERATORS[node.op]
        pieces = kind.pieces(graph, node)
        if pieces is None:
            continue
        contents = dict(zip(node.outputs, kind.evaluate(graph, node, inputs), strict=True))
        contents.update({i: x for i, x in zip(node.inputs, inputs, strict=True) if x is not None})
        whole = contents[pieces.whole].tobytes()
        assert pieces.whole in (node.outputs if pieces.joined else node.inputs)
        for index, offset in pieces.pieces:
            part = contents[index].tobytes()
            assert whole[offset : offset + len(part)] == part, node.op
        seen.add(node.op)
    assert seen == {"SLICE", "SPLIT", "SPLIT_V", "UNPACK", "CONCATENATION", "PACK"}


def test_moved_elements_come_from_their_places() -> None:
    moved, joined = set(), set()
    for graph, node, inputs, _ in cases():
        kind = OPERATORS[node.op]
        places, slots = kind.places(graph, node), kind.slots(graph, node)
        outputs = [array.reshape(-1) for array in kind.evaluate(graph, node, inputs)]
        if places is not None:
            source = np.asarray(inputs[node.inputs.index(places.source)]).reshape(-1)
            for numbers, out in zip(places.outputs, outputs, strict=True):
                np.testing.assert_array_equal(np.where(numbers < 0, out, source[numbers]), out, err_msg=node.op)
            moved.add(node.op)
        if slots is not None:
            found = outputs[0].copy()
            found[...] = 0
            for numbers, array in zip(slots, inputs, strict=False):
                found[numbers] = np.asarray(array).reshape(-1)
            np.testing.assert_array_equal(found, outputs[0], err_msg=node.op)
            joined.add(node.op)
    assert {"SLICE", "TRANSPOSE", "GATHER", "TILE", "SPACE_TO_BATCH_ND", "RESIZE_NEAREST_NEIGHBOR"} <= moved
    assert joined == {"CONCATENATION", "PACK", "DYNAMIC_UPDATE_SLICE"}


def test_border_is_what_padding_adds() -> None:
    seen = set()
    for graph, node, inputs, _ in cases():
        border = OPERATORS[node.op].border(graph, node)
        if border is not None:
            expected = np.pad(np.asarray(inputs[0]), border.amounts, constant_values=border.value)
            np.testing.assert_array_equal(result(graph, node, inputs), expected)
            seen.add(node.op)
    assert seen == {"PAD", "PADV2"}


def test_clamps_equal_fused_activations_of_the_same_quantization() -> None:
    seen = set()
    for graph, node, inputs, _ in cases():
        clamp = OPERATORS[node.op].clamp
        if clamp is None:
            continue
        tensors = list(graph.tensors)
        out = tensors[node.outputs[0]] = replace(tensors[node.outputs[0]], quant=tensors[node.inputs[0]].quant)
        bounds = activation_range(clamp, out)
        if bounds is not None:
            after = result(replace(graph, tensors=tuple(tensors)), node, inputs)
            np.testing.assert_array_equal(after, np.clip(np.asarray(inputs[0]), *bounds))
            seen.add(node.op)
    assert seen == {"RELU", "RELU6"}


@pytest.mark.parametrize(
    "path",
    [
        *sorted((_PACKAGE / "passes").glob("*.py")),
        *(_PACKAGE / name for name in ("views.py", "ranges.py", "raster.py", "lean.py")),
    ],
    ids=lambda path: path.stem,
)
def test_passes_name_no_operator(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not texts & set(OPERATORS)
