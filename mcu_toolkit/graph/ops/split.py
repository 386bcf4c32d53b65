"""SPLIT."""

from __future__ import annotations

from math import prod

import numpy as np

from mcu_toolkit.graph.attrs import Split as SplitAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Pieces, Shape, const_ints, has_absent, present
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, in_a_row, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


def axis_of(graph: Graph, node: Node) -> int | None:
    """The axis that is split, counted from the front; None where it is not constant or out of range."""
    values = const_ints(graph, node, 0)
    rank = len(graph.tensors[node.inputs[1]].shape)
    if values is None or len(values) != 1 or not -rank <= values[0] < rank:
        return None
    return values[0] % rank


def _read_options(o: Options) -> SplitAttrs:
    return SplitAttrs(num_splits=o.i32(0))


class Split(Operator):
    """SPLIT: equal parts along one axis. The data is the second input."""

    name = "SPLIT"
    options = OptionsFormat(35, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant axis, equal parts"

    def check(self, graph: Graph, node: Node) -> str | None:
        if len(node.inputs) != 2 or not node.outputs:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected 2 inputs and some outputs"
        reason = has_absent(node)
        if reason:
            return reason
        data = graph.tensors[node.inputs[1]]
        reason = move_reason(data, *(graph.tensors[i] for i in node.outputs))
        if reason:
            return reason
        axis = axis_of(graph, node)
        if axis is None:
            return "the axis is not constant or out of range"
        if data.shape[axis] % len(node.outputs):
            return f"{data.shape[axis]} elements along axis {axis} do not divide into {len(node.outputs)} parts"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, axis = graph.tensors[node.inputs[1]].shape, axis_of(graph, node) or 0
        part = (*shape[:axis], shape[axis] // len(node.outputs), *shape[axis + 1 :])
        return (part,) * len(node.outputs)

    def identity_input(self, graph: Graph, node: Node) -> int:
        return 1

    def pieces(self, graph: Graph, node: Node) -> Pieces | None:
        source = node.inputs[1]
        if prod(graph.tensors[source].shape[: axis_of(graph, node)]) != 1:
            return None
        return Pieces(source, in_a_row(graph, node.outputs))

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        axis = axis_of(graph, node) or 0
        return list(np.split(present(inputs[1]), len(node.outputs), axis=axis + 1))


OPERATORS.add(Split.name, Split())
