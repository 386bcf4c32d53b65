"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from mcu_toolkit.graph.attrs import Squeeze as SqueezeAttrs
from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    MAX_RANK,
    Channels,
    Inputs,
    Integers,
    Operator,
    Shape,
    const_ints,
    present,
    tensors_of,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat

_KEPT = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.FLOAT32)


class View(Operator):
    """Base of the operators that give the same bytes another shape."""

    view = True
    forms = "int8, uint8, int16, int32 or float32, any shapes of the same number of elements"
    note = "No code: the output is the input's bytes."

    def check(self, graph: Graph, node: Node) -> str | None:
        if not node.inputs or len(node.outputs) != 1 or node.inputs[0] < 0:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected 1 or 2 inputs and 1 output"
        data, out = tensors_of(graph, node)
        if data.dtype is not out.dtype or data.dtype not in _KEPT:
            return (
                f"from {data.type_name or data.dtype.value} to {out.type_name or out.dtype.value}; supported: one type"
            )
        if data.elements != out.elements or data.elements == 0:
            return f"from {list(data.shape)} to {list(out.shape)}, which differ in size or are empty"
        if max(len(data.shape), len(out.shape)) > MAX_RANK + 2:
            return f"more than {MAX_RANK + 2} dimensions"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.outputs[0]].shape,)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
        return inputs[0].reshape(graph.tensors[node.outputs[0]].shape)

    def channels(self, graph: Graph, node: Node) -> Channels:
        before, after = (tensor.shape[-1:] for tensor in tensors_of(graph, node))
        fits = before and after and (after[0] % before[0] == 0 or before[0] % after[0] == 0)
        return Channels.TILED if fits else Channels.MIXED

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        x = present(inputs[0])
        return [x.reshape(len(x), *graph.tensors[node.outputs[0]].shape)]


class Reshape(View):
    """RESHAPE: the graph states the output's shape; the shape input is not read."""

    name = "RESHAPE"

    def infer_open(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        """The shape that the second input asks for, where it is known and fits."""
        wanted = const_ints(graph, node, 1)
        if wanted is None or node.inputs[0] == ABSENT or wanted.count(-1) > 1 or min(wanted, default=0) < -1:
            return super().infer_open(graph, node)
        known = prod(d for d in wanted if d != -1)
        elements = graph.tensors[node.inputs[0]].elements
        if known == 0 or elements % known or (-1 not in wanted and known != elements):
            return super().infer_open(graph, node)
        return (tuple(elements // known if d == -1 else d for d in wanted),)


def _read_squeeze(o: Options) -> SqueezeAttrs:
    return SqueezeAttrs(o.ints(0, MAX_RANK + 2))


class Squeeze(View):
    """SQUEEZE."""

    name = "SQUEEZE"
    options = OptionsFormat(30, _read_squeeze)


class ExpandDims(View):
    """EXPAND_DIMS."""

    name = "EXPAND_DIMS"


OPERATORS.add(Reshape.name, Reshape())
OPERATORS.add(Squeeze.name, Squeeze())
OPERATORS.add(ExpandDims.name, ExpandDims())
