"""ARG_MAX and ARG_MIN."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import ArgMax as ArgMaxAttrs
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    const_ints,
    count_reason,
    data_reason,
    has_absent,
    present,
    tensors_of,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat

#: Number of int64 among the schema's tensor types.
_INT64 = 4


def axis_of(graph: Graph, node: Node) -> int | None:
    """The axis that is searched, counted from the front; None where it is not constant or out of range."""
    values = const_ints(graph, node, 1)
    rank = len(graph.tensors[node.inputs[0]].shape)
    if values is None or len(values) != 1 or not -rank <= values[0] < rank:
        return None
    return values[0] % rank


def _read_options(o: Options) -> ArgMaxAttrs:
    return ArgMaxAttrs(output_int64=o.i8(0) == _INT64)


class ArgMax(Operator):
    """ARG_MAX: the first of the largest."""

    name = "ARG_MAX"
    options = OptionsFormat(40, _read_options)
    forms = "int8 to int32, up to 5 dimensions, constant axis"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = data_reason(data, "the input")
        if reason:
            return reason
        if out.dtype is not DType.INT32:
            return f"an output of {out.type_name or out.dtype.value}; supported: int32"
        if axis_of(graph, node) is None or len(data.shape) > 5:
            return "the axis is not constant or out of range"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        axis = axis_of(graph, node)
        return (tuple(d for i, d in enumerate(graph.tensors[node.inputs[0]].shape) if i != axis),)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        axis = axis_of(graph, node) or 0
        return [self.place(present(inputs[0]), axis + 1).astype(np.int32)]

    def place(self, x: Array, axis: int) -> Array:
        """Index of the first of the wanted elements along an axis."""
        return np.asarray(np.argmax(x, axis=axis))


class ArgMin(ArgMax):
    """ARG_MIN: the first of the smallest."""

    name = "ARG_MIN"
    options = OptionsFormat(57, _read_options)

    def place(self, x: Array, axis: int) -> Array:
        return np.asarray(np.argmin(x, axis=axis))


OPERATORS.add(ArgMax.name, ArgMax())
OPERATORS.add(ArgMin.name, ArgMin())
