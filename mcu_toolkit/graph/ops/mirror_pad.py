"""MIRROR_PAD and REVERSE_V2: mirrored elements."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import MirrorPad as MirrorPadAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Shape, const_ints, count_reason, has_absent, tensors_of
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


def _read_options(o: Options) -> MirrorPadAttrs:
    return MirrorPadAttrs(symmetric=o.i8(0) == 1)


class MirrorPad(Mover):
    """MIRROR_PAD."""

    name = "MIRROR_PAD"
    options = OptionsFormat(77, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant paddings, REFLECT or SYMMETRIC"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, MirrorPadAttrs):
            return "no attributes"
        reason = count_reason(node, (2,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        shape, values = graph.tensors[node.inputs[0]].shape, const_ints(graph, node, 1)
        if values is None or len(values) != 2 * len(shape):
            return "the paddings are not a constant of two integers per dimension"
        most = [size - (0 if node.attrs.symmetric else 1) for size in shape for _ in range(2)]
        if not all(0 <= value <= limit for value, limit in zip(values, most, strict=True)):
            return f"paddings {list(values)} around {list(shape)}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        values = const_ints(graph, node, 1) or ()
        sides = zip(graph.tensors[node.inputs[0]].shape, values[::2], values[1::2], strict=True)
        return (tuple(size + before + after for size, before, after in sides),)

    def identity_input(self, graph: Graph, node: Node) -> int:
        return 0

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        assert isinstance(node.attrs, MirrorPadAttrs)
        values = const_ints(graph, node, 1) or ()
        border = ((0, 0), *zip(values[::2], values[1::2], strict=True))
        return [np.pad(x, border, mode="symmetric" if node.attrs.symmetric else "reflect")]


class ReverseV2(Mover):
    """REVERSE_V2."""

    name = "REVERSE_V2"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant axes that follow one another"

    def _axes(self, graph: Graph, node: Node) -> tuple[int, ...] | None:
        values, rank = const_ints(graph, node, 1), len(graph.tensors[node.inputs[0]].shape)
        if not values or not all(-rank <= v < rank for v in values):
            return None
        return tuple(sorted({v % rank for v in values}))

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        axes = self._axes(graph, node)
        # TensorFlow Lite Micro refuses axes with a gap.
        if axes is None or axes[-1] - axes[0] != len(axes) - 1:
            return "the axes are not constant, out of range or do not follow one another"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        return [np.flip(x, tuple(axis + 1 for axis in self._axes(graph, node) or ()))]


OPERATORS.add(MirrorPad.name, MirrorPad())
OPERATORS.add(ReverseV2.name, ReverseV2())
