"""Base of the operators that slide constant weights over an image: CONV_2D and DEPTHWISE_CONV_2D."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from mcu_toolkit.graph.attrs import Conv2D, DepthwiseConv2D
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.base import Channels, Operator, Shape, count_reason
from mcu_toolkit.graph.ops.linear import Linear, Roles, factor_reason, linear_reason, prepare_linear
from mcu_toolkit.graph.ops.sliding import image_reason, sliding_geometry

#: Most images of a batch: SPACE_TO_BATCH_ND of a dilated convolution gives them.
MAX_BATCHES = 64


class Convolution(Operator):
    """A convolution with weights [.., kernel_h, kernel_w, ..] as second input and an optional bias as third.

    Attributes:
        attributes: class of the node's attributes.
        roles: which axis of the weights holds the output channels.
        kind: how output channels depend on input channels.
    """

    attributes: ClassVar[type[Conv2D | DepthwiseConv2D]]
    roles: ClassVar[Roles]
    kind: ClassVar[Channels]
    fuses_activation = True
    int4_weights = True
    explicit_padding = True

    @abstractmethod
    def weights_reason(self, node: Node, shape: Shape, filters: Shape) -> str | None:
        """Reason when weights of shape `filters` do not fit an input of `shape`; both have 4 dimensions."""

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        if not isinstance(attrs, self.attributes):
            return "no attributes"
        reason = count_reason(node, (2, 3)) or linear_reason(graph, node, self.roles, attrs.activation)
        if reason:
            return reason
        shape, filters = graph.tensors[node.inputs[0]].shape, graph.tensors[node.inputs[1]].shape
        if len(shape) != 4 or len(filters) != 4:
            return f"input {list(shape)} and weights {list(filters)}; expected 4 dimensions each"
        return (
            self.weights_reason(node, shape, filters)
            or image_reason(graph, node, filters[1:3], (attrs.dilation_h, attrs.dilation_w), batches=MAX_BATCHES)
            or factor_reason(graph, node, self.roles)
        )

    def channels(self, graph: Graph, node: Node) -> Channels:
        return self.kind if graph.tensors[node.inputs[0]].dtype is DType.INT8 else Channels.MIXED

    def linear(self, graph: Graph, node: Node) -> Linear | None:
        return self.prepare(graph, node) if graph.tensors[node.inputs[0]].dtype is DType.INT8 else None

    def prepare(self, graph: Graph, node: Node) -> Linear:
        """Weights, bias and requantization of int8 or int16 activations; `check` has passed."""
        attrs = node.attrs
        assert isinstance(attrs, self.attributes)
        return prepare_linear(graph, node, self.roles, attrs.activation, self.window(graph, node))

    def window(self, graph: Graph, node: Node) -> Geometry:
        attrs = node.attrs
        assert isinstance(attrs, self.attributes)
        kernel = graph.tensors[node.inputs[1]].shape[1:3]
        return sliding_geometry(graph, node, kernel, (attrs.dilation_h, attrs.dilation_w))

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        g = self.window(graph, node)
        batch = graph.tensors[node.inputs[0]].shape[0]
        return ((batch, g.out_h, g.out_w, graph.tensors[node.inputs[1]].shape[self.roles.channel_axis]),)

    def macs(self, graph: Graph, node: Node) -> int:
        batch, height, width, _ = graph.tensors[node.outputs[0]].shape
        return batch * height * width * graph.tensors[node.inputs[1]].elements
