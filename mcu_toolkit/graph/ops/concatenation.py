"""CONCATENATION."""

from __future__ import annotations

from math import prod

import numpy as np

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.attrs import Concatenation as ConcatenationAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Pieces, Shape, has_absent, same_quant
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Joiner, in_a_row, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


def axis_of(graph: Graph, node: Node) -> int:
    """The axis along which the inputs are joined, counted from the front; `check` has passed."""
    assert isinstance(node.attrs, ConcatenationAttrs)
    return node.attrs.axis % len(graph.tensors[node.outputs[0]].shape)


def _read_options(o: Options) -> ConcatenationAttrs:
    return ConcatenationAttrs(axis=o.i32(0), activation=o.activation(1))


class Concatenation(Joiner):
    """CONCATENATION."""

    name = "CONCATENATION"
    options = OptionsFormat(10, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, any number of inputs, all tensors of one quantization, no activation"

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        if not isinstance(attrs, ConcatenationAttrs) or not node.inputs or len(node.outputs) != 1:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected some and 1"
        reason = has_absent(node)
        if reason:
            return reason
        out, inputs = graph.tensors[node.outputs[0]], [graph.tensors[i] for i in node.inputs]
        reason = move_reason(out, *inputs)
        if reason:
            return reason
        rank = len(out.shape)
        if rank == 0 or not -rank <= attrs.axis < rank:
            return f"axis {attrs.axis} of {rank} dimensions"
        if attrs.activation is not Activation.NONE:
            return f"fused activation {attrs.activation.value}; supported: NONE"
        axis = attrs.axis % rank
        if any(len(t.shape) != rank or t.shape[:axis] + t.shape[axis + 1 :] != _rest(out.shape, axis) for t in inputs):
            return f"inputs of shapes {[list(t.shape) for t in inputs]} do not fit along axis {axis}"
        if not all(same_quant(t, out) for t in inputs):
            return "inputs and output differ in quantization; supported: the same (put QUANTIZE before)"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        axis = axis_of(graph, node)
        shapes = [graph.tensors[i].shape for i in node.inputs]
        total = sum(shape[axis] for shape in shapes)
        return ((*shapes[0][:axis], total, *shapes[0][axis + 1 :]),)

    def identity_input(self, graph: Graph, node: Node) -> int | None:
        return 0 if len(node.inputs) == 1 else None

    def pieces(self, graph: Graph, node: Node) -> Pieces | None:
        whole = node.outputs[0]
        if prod(graph.tensors[whole].shape[: axis_of(graph, node)]) != 1:
            return None
        return Pieces(whole, in_a_row(graph, node.inputs), joined=True)

    def parts(self, graph: Graph, node: Node, whole: Array) -> list[Array]:
        axis = axis_of(graph, node)
        ends = np.cumsum([graph.tensors[i].shape[axis] for i in node.inputs])
        return list(np.split(whole, ends[:-1], axis=axis + 1))


def _rest(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


OPERATORS.add(Concatenation.name, Concatenation())
