"""Shapes that a file leaves open are inferred, and shape arithmetic is folded away.

The shape of the inputs is static, so what SHAPE gives, and all that is computed from it, is known. The
converter writes 1 for a dimension that depends on the batch ("shape signature" -1), which is wrong wherever the batch
is merged with another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import cast

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Concatenation, Gather, Pack, Squeeze
from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.graph.ops.base import const_ints
from mcu_toolkit.graph.ops.slice import ranges as slice_ranges
from mcu_toolkit.graph.ops.strided_slice import ranges as strided_ranges

Int = npt.NDArray[np.int64]

#: No activation of a microcontroller has more elements; keeps a chain of open shapes in a hostile file from growing.
_LARGEST_INFERRED = 1 << 28

#: Integer tensors of more elements are data, not shapes.
_LARGEST = 64
_INTEGERS = (DType.INT32, DType.INT64)


def fold_shapes(graph: Graph, dynamic: frozenset[int] = frozenset()) -> Graph:
    """Turn the results of shape arithmetic on integers into constants and drop its nodes; infer open shapes.

    A node that cannot be computed, or whose result does not have the declared shape, is left as it is. Results that are
    outputs of the model stay computed.

    Args:
        graph: nodes in executable order.
        dynamic: tensors whose shape in the file is only a guess.
    """
    tensors, nodes = list(graph.tensors), []
    # A view of the graph as it is folded: a copy for each node would take quadratic time in a hostile file.
    view = replace(graph, tensors=cast("tuple[Tensor, ...]", tensors))
    for node in graph.nodes:
        values = _evaluate(view, node) if _foldable(graph, node) else None
        if values is None:
            nodes.append(node)
            if not dynamic.isdisjoint(node.outputs):
                _infer(view, node, tensors, dynamic)
            continue
        tensors[node.outputs[0]] = replace(tensors[node.outputs[0]], data=values)
    return replace(graph, tensors=tuple(tensors), nodes=tuple(nodes))


def _infer(view: Graph, node: Node, tensors: list[Tensor], dynamic: frozenset[int]) -> None:
    """Give the outputs of a node the shapes that its inputs imply, where the file leaves them open."""
    kind = operator(node.op)
    if kind is None:
        return
    shapes = _reshaped(view, node) if node.op == "RESHAPE" else None
    if shapes is None:
        shapes = kind.infer(view, node) if kind.check(view, node) is None else ()
    for index, shape in zip(node.outputs, shapes, strict=False):
        if index in dynamic and prod(shape) <= _LARGEST_INFERRED:
            tensors[index] = replace(tensors[index], shape=shape)


def _reshaped(view: Graph, node: Node) -> tuple[tuple[int, ...], ...] | None:
    """The shape that RESHAPE's second input asks for, None where it is not known or does not fit."""
    wanted = const_ints(view, node, 1)
    if wanted is None or node.inputs[0] == ABSENT or sum(d == -1 for d in wanted) > 1 or min(wanted, default=0) < -1:
        return None
    known = prod(d for d in wanted if d != -1)
    elements = view.tensors[node.inputs[0]].elements
    if known == 0 or elements % known or (-1 not in wanted and known != elements):
        return None
    return (tuple(elements // known if d == -1 else d for d in wanted),)


def _foldable(graph: Graph, node: Node) -> bool:
    if node.op not in _MEANINGS or len(node.outputs) != 1 or ABSENT in node.inputs or not node.inputs:
        return False
    out = graph.tensors[node.outputs[0]]
    return out.dtype in _INTEGERS and out.elements <= _LARGEST and node.outputs[0] not in graph.outputs


def _evaluate(graph: Graph, node: Node) -> Array | None:
    """The value of a node, None where it is not known or does not fit its tensor."""
    inputs = [graph.tensors[i] for i in node.inputs]
    if node.op not in ("SHAPE", "RANK") and not all(_is_known(t) for t in inputs):
        return None
    out = graph.tensors[node.outputs[0]]
    try:
        with np.errstate(all="ignore"):
            value = _MEANINGS[node.op](graph, node, [_values(t) for t in inputs])
    except (IndexError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if value is None or value.size != out.elements or value.shape != out.shape:
        return None
    if value.size and out.dtype is DType.INT32 and int(np.abs(value).max()) >= 1 << 31:
        return None
    return value.astype(np.int32) if out.dtype is DType.INT32 else value


def _is_known(tensor: Tensor) -> bool:
    return tensor.data is not None and tensor.dtype in _INTEGERS and tensor.elements <= _LARGEST


def _values(tensor: Tensor) -> Int:
    return np.zeros(0, np.int64) if tensor.data is None else tensor.data.astype(np.int64)


def _pack(_: Graph, node: Node, inputs: Sequence[Int]) -> Int | None:
    return np.stack(inputs, axis=node.attrs.axis) if isinstance(node.attrs, Pack) else None


def _gather(_: Graph, node: Node, inputs: Sequence[Int]) -> Int | None:
    if not isinstance(node.attrs, Gather) or node.attrs.batch_dims or len(inputs) != 2 or (inputs[1] < 0).any():
        return None
    return np.take(inputs[0], inputs[1], axis=node.attrs.axis)


def _concatenation(_: Graph, node: Node, inputs: Sequence[Int]) -> Int | None:
    return np.concatenate(inputs, axis=node.attrs.axis) if isinstance(node.attrs, Concatenation) else None


def _squeeze(graph: Graph, node: Node, inputs: Sequence[Int]) -> Int | None:
    return inputs[0].reshape(graph.tensors[node.outputs[0]].shape) if isinstance(node.attrs, Squeeze) else None


def _slice(graph: Graph, node: Node, inputs: Sequence[Int]) -> Int | None:
    kept = strided_ranges(graph, node) if node.op == "STRIDED_SLICE" else slice_ranges(graph, node)
    if kept is None:
        return None
    cut = tuple(slice(start, None if stop < 0 else stop, step) for start, stop, step in kept)
    return inputs[0][cut].reshape(graph.tensors[node.outputs[0]].shape)


def _product(graph: Graph, node: Node, inputs: Sequence[Int]) -> Int | None:
    if inputs[0].ndim != 1:
        return None
    return np.asarray(np.prod(inputs[0], dtype=np.int64)).reshape(graph.tensors[node.outputs[0]].shape)


def _elementwise(function: Callable[[Int, Int], Int]) -> Callable[[Graph, Node, Sequence[Int]], Int | None]:
    return lambda graph, node, inputs: np.asarray(function(inputs[0], inputs[1]))


_MEANINGS: dict[str, Callable[[Graph, Node, Sequence[Int]], Int | None]] = {
    "SHAPE": lambda graph, node, inputs: np.asarray(graph.tensors[node.inputs[0]].shape, np.int64),
    "RANK": lambda graph, node, inputs: np.asarray(len(graph.tensors[node.inputs[0]].shape), np.int64),
    "PACK": _pack,
    "GATHER": _gather,
    "CONCATENATION": _concatenation,
    "STRIDED_SLICE": _slice,
    "SLICE": _slice,
    "SQUEEZE": _squeeze,
    "RESHAPE": lambda graph, node, inputs: inputs[0].reshape(graph.tensors[node.outputs[0]].shape),
    "EXPAND_DIMS": lambda graph, node, inputs: inputs[0].reshape(graph.tensors[node.outputs[0]].shape),
    "CAST": lambda graph, node, inputs: inputs[0],
    "ADD": _elementwise(np.add),
    "SUB": _elementwise(np.subtract),
    "MUL": _elementwise(np.multiply),
    "MAXIMUM": _elementwise(np.maximum),
    "MINIMUM": _elementwise(np.minimum),
    "FLOOR_DIV": _elementwise(np.floor_divide),
    "REDUCE_PROD": _product,
    "NEG": lambda graph, node, inputs: -inputs[0],
}

#: Operators of shape arithmetic that have no other meaning here, for messages and the operator table.
SHAPE_ONLY = tuple(
    sorted(
        op for op in _MEANINGS if op in ("SHAPE", "RANK", "PACK", "GATHER", "CAST", "FLOOR_DIV", "REDUCE_PROD", "NEG")
    )
)
