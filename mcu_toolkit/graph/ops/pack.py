"""PACK: inputs of one shape along a new axis."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Pack as PackAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Pieces, Shape, has_absent
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Joiner, in_a_row, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


def _read_options(o: Options) -> PackAttrs:
    return PackAttrs(axis=o.i32(1))


class Pack(Joiner):
    """PACK."""

    name = "PACK"
    options = OptionsFormat(59, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, any axis"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, PackAttrs) or not node.inputs or len(node.outputs) != 1:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected some and 1"
        reason = has_absent(node)
        if reason:
            return reason
        tensors = [graph.tensors[i] for i in node.inputs]
        reason = move_reason(graph.tensors[node.outputs[0]], *tensors)
        if reason:
            return reason
        rank = len(tensors[0].shape) + 1
        if not -rank <= node.attrs.axis < rank or any(t.shape != tensors[0].shape for t in tensors):
            return f"inputs of shapes {[list(t.shape) for t in tensors]} along axis {node.attrs.axis}"
        return None

    def _axis(self, graph: Graph, node: Node) -> int:
        assert isinstance(node.attrs, PackAttrs)
        return node.attrs.axis % (len(graph.tensors[node.inputs[0]].shape) + 1)

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, axis = graph.tensors[node.inputs[0]].shape, self._axis(graph, node)
        return ((*shape[:axis], len(node.inputs), *shape[axis:]),)

    def parts(self, graph: Graph, node: Node, whole: Array) -> list[Array]:
        return list(np.moveaxis(whole, self._axis(graph, node) + 1, 0))

    def pieces(self, graph: Graph, node: Node) -> Pieces | None:
        shape, axis = graph.tensors[node.inputs[0]].shape, self._axis(graph, node)
        if np.prod(shape[:axis], dtype=int) != 1:
            return None
        return Pieces(node.outputs[0], in_a_row(graph, node.inputs), joined=True)


OPERATORS.add(Pack.name, Pack())
