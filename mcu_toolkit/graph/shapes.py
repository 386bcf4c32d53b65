"""Infers the shapes that a file leaves open, and folds shape arithmetic away.

The shapes of the inputs are static, so the result of SHAPE, and everything computed from it, is known. The converter
writes 1 for a dimension that depends on the batch ("shape signature" -1), which is wrong wherever the batch is merged
with another dimension.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import cast

import numpy as np

from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.graph.ops.base import Integers
from mcu_toolkit.graph.shape_only import SHAPE_ONLY

#: Limits what a chain of open shapes in a malicious file can ask; `graph.limits` refuses such an activation afterwards.
_LARGEST_INFERRED = 1 << 26

#: Integer tensors of more elements are data, not shapes.
_LARGEST = 64
_INTEGERS = (DType.INT32, DType.INT64)


def fold_shapes(graph: Graph, dynamic: frozenset[int] = frozenset()) -> Graph:
    """Turn the results of shape arithmetic on integers into constants and drop its nodes; infer open shapes.

    A node that cannot be computed, or whose result does not have the declared shape, is left as it is. Results that are
    outputs of the model stay computed.

    Args:
        graph: nodes in executable order.
        dynamic: tensors whose shape the file leaves open; the one it gives may be wrong.
    """
    tensors, nodes = list(graph.tensors), []
    # The graph over the list that grows: a copy for each node would take quadratic time in a malicious file.
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
    for index, shape in zip(node.outputs, kind.infer_open(view, node), strict=False):
        if index in dynamic and prod(shape) <= _LARGEST_INFERRED:
            tensors[index] = replace(tensors[index], shape=shape)


def _foldable(graph: Graph, node: Node) -> bool:
    if len(node.outputs) != 1 or ABSENT in node.inputs or not node.inputs:
        return False
    out = graph.tensors[node.outputs[0]]
    return out.dtype in _INTEGERS and out.elements <= _LARGEST and node.outputs[0] not in graph.outputs


def _evaluate(graph: Graph, node: Node) -> Array | None:
    """The value of a node, None where it is not known or does not fit its tensor."""
    inputs = [graph.tensors[i] for i in node.inputs]
    only = SHAPE_ONLY.get(node.op)
    if (only is None or only.reads_values) and not all(_is_known(t) for t in inputs):
        return None
    kind, out = operator(node.op), graph.tensors[node.outputs[0]]
    value = only.value if only is not None else kind.shape_value if kind is not None else None
    if value is None:
        return None
    try:
        with np.errstate(all="ignore"):
            result = value(graph, node, [_values(t) for t in inputs])
    except (IndexError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if result is None or result.size != out.elements or result.shape != out.shape:
        return None
    if result.size and out.dtype is DType.INT32 and int(np.abs(result).max()) >= 1 << 31:
        return None
    return result.astype(np.int32) if out.dtype is DType.INT32 else result


def _is_known(tensor: Tensor) -> bool:
    return tensor.data is not None and tensor.dtype in _INTEGERS and tensor.elements <= _LARGEST


def _values(tensor: Tensor) -> Integers:
    return np.zeros(0, np.int64) if tensor.data is None else tensor.data.astype(np.int64)
