"""Checks, geometry and attributes of AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from dataclasses import dataclass

from mcu_toolkit.graph.attrs import Padding, Pool2D
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Channels,
    Operator,
    Shape,
    count_reason,
    data_reason,
    first,
    has_absent,
    tensors_of,
)
from mcu_toolkit.graph.ops.linear import activation_reason
from mcu_toolkit.graph.ops.sliding import image_reason, sliding_geometry
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import activation_range, scale_of, zero_point_of


@dataclass(frozen=True)
class Pool:
    """A prepared pooling node: geometry and clamp."""

    geometry: Geometry
    act_min: int
    act_max: int


def prepare(graph: Graph, node: Node) -> Pool:
    """Geometry and clamp; `check` has passed."""
    assert isinstance(node.attrs, Pool2D)
    kernel = (node.attrs.filter_h, node.attrs.filter_w)
    clamp = activation_range(node.attrs.activation, graph.tensors[node.outputs[0]])
    assert clamp is not None
    return Pool(sliding_geometry(graph, node, kernel), *clamp)


def _read_options(o: Options) -> Pool2D:
    return Pool2D(
        padding=o.padding(0),
        stride_w=o.i32(1),
        stride_h=o.i32(2),
        filter_w=o.i32(3),
        filter_h=o.i32(4),
        activation=o.activation(5),
    )


class Pooling(Operator):
    """Base of the two pooling operators."""

    options = OptionsFormat(5, _read_options)
    pooling = True
    fuses_activation = True
    forms = (
        "int8 or int16, batch 1, any window, stride and padding; input and output of one quantization; "
        "fused NONE, RELU, RELU6, RELU_N1_TO_1"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        if not isinstance(attrs, Pool2D):
            return "no attributes"
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = data_reason(data, "the input", (DType.INT8, DType.INT16)) or data_reason(
            out, "the output", (data.dtype,)
        )
        if reason:
            return reason
        # TensorFlow Lite Micro takes scales within this difference as equal.
        if abs(scale_of(data) - scale_of(out)) > 1e-6 or zero_point_of(data) != zero_point_of(out):
            return "input and output differ in quantization; supported: the same (put a QUANTIZE after the pooling)"
        if attrs.padding is Padding.EXPLICIT:
            return "explicit padding; supported: SAME and VALID"
        return first(
            activation_reason(attrs.activation, out),
            image_reason(graph, node, (attrs.filter_h, attrs.filter_w)),
        )

    def channels(self, graph: Graph, node: Node) -> Channels:
        return Channels.SAME if graph.tensors[node.outputs[0]].dtype is DType.INT8 else Channels.MIXED

    def window(self, graph: Graph, node: Node) -> Geometry:
        return prepare(graph, node).geometry

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        g = prepare(graph, node).geometry
        return ((1, g.out_h, g.out_w, graph.tensors[node.inputs[0]].shape[3]),)
