"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape."""

from __future__ import annotations

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import MAX_RANK, Inputs, Operator, Shape, present, tensors_of

_KEPT = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.FLOAT32)


class Reshape(Operator):
    """RESHAPE: the output's shape stands in the file; a shape input is not read."""

    name = "RESHAPE"
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

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        x = present(inputs[0])
        return [x.reshape(len(x), *graph.tensors[node.outputs[0]].shape)]


class Squeeze(Reshape):
    """SQUEEZE."""

    name = "SQUEEZE"


class ExpandDims(Reshape):
    """EXPAND_DIMS."""

    name = "EXPAND_DIMS"
