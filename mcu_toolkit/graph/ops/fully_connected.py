"""FULLY_CONNECTED."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcu_toolkit.errors import Unsupported, UnsupportedError
from mcu_toolkit.graph.attrs import FullyConnected as FullyConnectedAttrs
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Channels, Inputs, Operator, Shape, count_reason, present
from mcu_toolkit.graph.ops.linear import (
    REACH,
    Linear,
    Roles,
    exact_matmul,
    factor_reason,
    linear_reason,
    prepare_linear,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat

ROLES = Roles(channel_axis=0)


def prepare(graph: Graph, node: Node) -> Linear:
    """Weights int8 [out_c, in_c], bias and requantization, rows as `geometry.out_h`; `check` has passed."""
    assert isinstance(node.attrs, FullyConnectedAttrs)
    depth = graph.tensors[node.inputs[1]].shape[1]
    rows = graph.tensors[node.inputs[0]].elements // depth
    geometry = Geometry(rows, 1, rows, 1, 1, 1, 1, 1, 1, 1, 0, 0)
    p = prepare_linear(graph, node, ROLES, node.attrs.activation, geometry)
    # The input's last dimension may differ from the depth of the weights: only the number of elements matters.
    return replace(p, in_c=depth)


def _read_options(o: Options) -> FullyConnectedAttrs:
    layout = o.i8(1)
    if layout != 0:
        raise UnsupportedError((Unsupported(o.node, o.op, f"weights format {layout}; supported: the default"),))
    return FullyConnectedAttrs(activation=o.activation(0), keep_num_dims=o.flag(2))


class FullyConnected(Operator):
    """FULLY_CONNECTED."""

    name = "FULLY_CONNECTED"
    options = OptionsFormat(8, _read_options)
    fuses_activation = True
    int4_weights = True
    forms = (
        "int8, or int16 with zero point 0, constant int8 or int4 weights per tensor or per channel, int32 (int16 also "
        "int64) bias or none; any number of rows, keep_num_dims; fused NONE, RELU, RELU6, RELU_N1_TO_1; default "
        "weights format"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, FullyConnectedAttrs):
            return "no attributes"
        reason = count_reason(node, (2, 3)) or linear_reason(graph, node, ROLES, node.attrs.activation)
        if reason:
            return reason
        data, weights = graph.tensors[node.inputs[0]], graph.tensors[node.inputs[1]]
        if len(weights.shape) != 2:
            return f"weights of shape {list(weights.shape)}; expected [units, inputs]"
        if data.elements % weights.shape[1]:
            return f"an input of {data.elements} elements is no multiple of the weights' {weights.shape[1]}"
        if max(weights.shape) > (1 << 16) - 1 or data.elements // weights.shape[1] > (1 << 16) - 1:
            return f"weights {list(weights.shape)}; supported: up to 65535 inputs, units and rows"
        return factor_reason(graph, node, ROLES)

    def channels(self, graph: Graph, node: Node) -> Channels:
        """DENSE where the weights' inputs are whole positions of the input, each with all its channels."""
        if graph.tensors[node.inputs[0]].dtype is not DType.INT8:
            return Channels.MIXED
        depth, channels = graph.tensors[node.inputs[1]].shape[-1], graph.tensors[node.inputs[0]].shape[-1:]
        return Channels.DENSE if channels and depth % channels[0] == 0 else Channels.MIXED

    def linear(self, graph: Graph, node: Node) -> Linear | None:
        return prepare(graph, node) if graph.tensors[node.inputs[0]].dtype is DType.INT8 else None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        units, depth = graph.tensors[node.inputs[1]].shape
        data, out = graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]].shape
        rows = data.elements // depth
        # The kernel only needs the number of rows, and converters write the same rows under several shapes.
        if out and out[-1] == units and int(np.prod(out, dtype=np.int64)) == rows * units:
            return (out,)
        if isinstance(node.attrs, FullyConnectedAttrs) and node.attrs.keep_num_dims and data.shape[-1:] == (depth,):
            return ((*data.shape[:-1], units),)
        return ((rows, units),)

    def macs(self, graph: Graph, node: Node) -> int:
        weights = graph.tensors[node.inputs[1]].shape
        return graph.tensors[node.inputs[0]].elements // weights[1] * weights[0] * weights[1]

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        x = present(inputs[0])
        rows = x.reshape(-1, p.in_c).astype(np.int16) - np.int16(p.in_zero_point)
        acc = exact_matmul(rows, p.weights.T, REACH[p.dtype])
        return [p.finish(acc).reshape(len(x), *self.infer(graph, node)[0])]


OPERATORS.add(FullyConnected.name, FullyConnected())
