"""SPLIT, SPLIT_V and UNPACK: parts of a tensor along one axis."""

from __future__ import annotations

from abc import abstractmethod
from math import prod

import numpy as np

from mcu_toolkit.graph.attrs import Split as SplitAttrs
from mcu_toolkit.graph.attrs import Unpack as UnpackAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Pieces, Shape, const_ints, has_absent
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, in_a_row, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


class Splitter(Mover):
    """Base: the outputs are adjacent parts of the input along one axis.

    Attributes:
        count: number of inputs.
    """

    count: int

    @abstractmethod
    def axis(self, graph: Graph, node: Node) -> int | None:
        """The axis that is split, counted from the front; None where it is not constant or out of range."""

    @abstractmethod
    def sizes(self, graph: Graph, node: Node, whole: int) -> tuple[int, ...] | None:
        """Elements of each output along the axis, which has `whole`; None where they do not fit."""

    def check(self, graph: Graph, node: Node) -> str | None:
        if len(node.inputs) != self.count or not node.outputs:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected {self.count} and some"
        reason = has_absent(node)
        if reason:
            return reason
        data = graph.tensors[node.inputs[self.source]]
        reason = move_reason(data, *(graph.tensors[i] for i in node.outputs))
        if reason:
            return reason
        axis = self.axis(graph, node)
        if axis is None:
            return "the axis is not constant or out of range"
        if self.sizes(graph, node, data.shape[axis]) is None:
            return f"{data.shape[axis]} elements along axis {axis} do not divide into the {len(node.outputs)} outputs"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, axis = graph.tensors[node.inputs[self.source]].shape, self.axis(graph, node) or 0
        sizes = self.sizes(graph, node, shape[axis]) or ()
        return tuple((*shape[:axis], size, *shape[axis + 1 :]) for size in sizes)

    def identity_input(self, graph: Graph, node: Node) -> int:
        return self.source

    def pieces(self, graph: Graph, node: Node) -> Pieces | None:
        source = node.inputs[self.source]
        if prod(graph.tensors[source].shape[: self.axis(graph, node)]) != 1:
            return None
        return Pieces(source, in_a_row(graph, node.outputs))

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        axis = self.axis(graph, node) or 0
        ends = np.cumsum(self.sizes(graph, node, x.shape[axis + 1]) or ())
        parts = np.split(x, ends[:-1], axis=axis + 1)
        return [part.reshape(len(x), *shape) for part, shape in zip(parts, self.infer(graph, node), strict=True)]


def _axis_at(graph: Graph, node: Node, position: int, rank: int) -> int | None:
    """The axis that a constant input holds."""
    values = const_ints(graph, node, position)
    return values[0] % rank if values is not None and len(values) == 1 and -rank <= values[0] < rank else None


def _read_options(o: Options) -> SplitAttrs:
    return SplitAttrs(num_splits=o.i32(0))


class Split(Splitter):
    """SPLIT: equal parts. The axis is the first input, the data the second."""

    name = "SPLIT"
    options = OptionsFormat(35, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant axis, equal parts"
    source = 1
    count = 2

    def axis(self, graph: Graph, node: Node) -> int | None:
        return _axis_at(graph, node, 0, len(graph.tensors[node.inputs[1]].shape))

    def sizes(self, graph: Graph, node: Node, whole: int) -> tuple[int, ...] | None:
        parts = len(node.outputs)
        return None if whole % parts else (whole // parts,) * parts


class SplitV(Splitter):
    """SPLIT_V: parts of the sizes that the second input holds. The axis is the third input."""

    name = "SPLIT_V"
    options = OptionsFormat(79, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant axis and sizes, of which one may be -1"
    count = 3

    def axis(self, graph: Graph, node: Node) -> int | None:
        return _axis_at(graph, node, 2, len(graph.tensors[node.inputs[0]].shape))

    def sizes(self, graph: Graph, node: Node, whole: int) -> tuple[int, ...] | None:
        held = graph.tensors[node.inputs[1]].data
        if held is None or held.size != len(node.outputs):
            return None
        given = [int(size) for size in held.reshape(-1)]
        rest = whole - sum(size for size in given if size != -1)
        found = tuple(rest if size == -1 else size for size in given)
        return found if given.count(-1) <= 1 and min(found) > 0 and sum(found) == whole else None


def _read_unpack(o: Options) -> UnpackAttrs:
    return UnpackAttrs(axis=o.i32(1))


class Unpack(Splitter):
    """UNPACK: one output for each element along the axis, which the outputs do not have."""

    name = "UNPACK"
    options = OptionsFormat(64, _read_unpack)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, any axis"
    count = 1

    def axis(self, graph: Graph, node: Node) -> int | None:
        rank = len(graph.tensors[node.inputs[0]].shape)
        axis = node.attrs.axis if isinstance(node.attrs, UnpackAttrs) else rank
        return axis % rank if -rank <= axis < rank else None

    def sizes(self, graph: Graph, node: Node, whole: int) -> tuple[int, ...] | None:
        return (1,) * whole if whole == len(node.outputs) else None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, axis = graph.tensors[node.inputs[0]].shape, self.axis(graph, node) or 0
        return ((*shape[:axis], *shape[axis + 1 :]),) * shape[axis]

    def identity_input(self, graph: Graph, node: Node) -> int | None:  # type: ignore[override]
        return None


OPERATORS.add(Split.name, Split())
OPERATORS.add(SplitV.name, SplitV())
OPERATORS.add(Unpack.name, Unpack())
