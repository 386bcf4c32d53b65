"""PAD and PADV2."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Border,
    Channels,
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
from mcu_toolkit.graph.requantize import zero_point_of

MAX_PAD_RANK = 5


def paddings(graph: Graph, node: Node) -> tuple[tuple[int, int], ...]:
    """(before, after) of each dimension; `check` has passed."""
    values = const_ints(graph, node, 1)
    assert values is not None
    return tuple(zip(values[::2], values[1::2], strict=True))


def pad_value(graph: Graph, node: Node) -> int:
    """The value of the border: the constant third input of PADV2, else the output's zero point."""
    if len(node.inputs) > 2:
        constant = graph.tensors[node.inputs[2]].data
        assert constant is not None
        return int(constant.reshape(-1)[0])
    out = graph.tensors[node.outputs[0]]
    return zero_point_of(out) if out.quant else 0


class Pad(Operator):
    """PAD."""

    name = "PAD"
    forms = "int8, int16, int32 or float32, up to 5 dimensions, constant paddings"
    counts = (2,)

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, self.counts) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        if (data.dtype, out.dtype) not in ((DType.FLOAT32,) * 2, (DType.INT32,) * 2):
            quantized = (DType.INT8, DType.INT16)
            reason = data_reason(data, "the input", quantized) or data_reason(out, "the output", (data.dtype,))
            if reason:
                return reason
        values = const_ints(graph, node, 1)
        if values is None or len(values) != 2 * len(data.shape):
            return "the paddings are not a constant of two integers per dimension"
        if min(values, default=0) < 0 or max(values, default=0) > (1 << 16) - 1:
            return f"paddings {list(values)}; supported: 0 to 65535"
        if len(data.shape) > MAX_PAD_RANK:
            return f"{len(data.shape)} dimensions; supported: {MAX_PAD_RANK}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape = graph.tensors[node.inputs[0]].shape
        return (tuple(d + b + a for d, (b, a) in zip(shape, paddings(graph, node), strict=True)),)

    def border(self, graph: Graph, node: Node) -> Border:
        return Border(paddings(graph, node), pad_value(graph, node))

    def identity_input(self, graph: Graph, node: Node) -> int:
        return 0

    def channels(self, graph: Graph, node: Node) -> Channels:
        return Channels.SAME if paddings(graph, node)[-1:] == ((0, 0),) else Channels.MIXED

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        border = ((0, 0), *paddings(graph, node))
        return [np.pad(present(inputs[0]), border, constant_values=pad_value(graph, node))]


class PadV2(Pad):
    """PADV2: the border has a constant value."""

    name = "PADV2"
    forms = (
        "int8, int16, int32, or float32 bordered by zero, up to 5 dimensions, constant paddings and constant value in "
        "the output's quantization"
    )
    counts = (3,)

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = super().check(graph, node)
        if reason:
            return reason
        value = graph.tensors[node.inputs[2]]
        data = graph.tensors[node.inputs[0]]
        if value.data is None or value.dtype is not data.dtype or value.elements != 1:
            return "the padding value is not one constant of the input's type"
        if data.dtype is DType.FLOAT32 and value.data.any():
            return "a padding value other than 0 of float32"
        return None


OPERATORS.add(Pad.name, Pad())
OPERATORS.add(PadV2.name, PadV2())
