"""GATHER and GATHER_ND by constant indices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcu_toolkit.graph.attrs import Gather as GatherAttrs
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Integers, Shape, count_reason, has_absent, tensors_of
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


def indices_of(graph: Graph, node: Node) -> Integers | None:
    """The constant indices, int64 in their shape; None where they are not constant integers or there are none."""
    tensor = graph.tensors[node.inputs[1]]
    if tensor.data is None or tensor.dtype not in (DType.INT32, DType.INT64) or tensor.elements == 0:
        return None
    return tensor.data.astype(np.int64)


def _read_options(o: Options) -> GatherAttrs:
    return GatherAttrs(axis=o.i32(0), batch_dims=o.i32(1))


class Gather(Mover):
    """GATHER: slices of the input along one axis, in the order of the indices."""

    name = "GATHER"
    options = OptionsFormat(23, _read_options)
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant indices, no batch dimensions"

    def _axis(self, graph: Graph, node: Node) -> int | None:
        rank = len(graph.tensors[node.inputs[0]].shape)
        axis = node.attrs.axis if isinstance(node.attrs, GatherAttrs) else rank
        return axis % rank if -rank <= axis < rank else None

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, GatherAttrs):
            return "no attributes"
        reason = count_reason(node, (2,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        axis, indices = self._axis(graph, node), indices_of(graph, node)
        if axis is None or node.attrs.batch_dims:
            return f"axis {node.attrs.axis} with {node.attrs.batch_dims} batch dimensions"
        size = graph.tensors[node.inputs[0]].shape[axis]
        if indices is None or indices.min() < 0 or indices.max() >= size:
            return f"the indices are not constant, or outside 0 to {size - 1}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, axis, indices = graph.tensors[node.inputs[0]].shape, self._axis(graph, node), indices_of(graph, node)
        assert axis is not None and indices is not None
        return ((*shape[:axis], *indices.shape, *shape[axis + 1 :]),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        axis, indices = self._axis(graph, node), indices_of(graph, node)
        assert axis is not None and indices is not None
        return [np.take(x, indices, axis=axis + 1)]

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
        if not isinstance(node.attrs, GatherAttrs) or node.attrs.batch_dims or (inputs[1] < 0).any():
            return None
        return np.take(inputs[0], inputs[1], axis=node.attrs.axis)


class GatherNd(Mover):
    """GATHER_ND: each index vector names an element, or a slice of the last dimensions."""

    name = "GATHER_ND"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant indices"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        shape, indices = graph.tensors[node.inputs[0]].shape, indices_of(graph, node)
        if indices is None or indices.ndim == 0 or indices.shape[-1] > len(shape):
            return f"indices that are not constant vectors of at most {len(shape)} integers"
        if indices.min() < 0 or (indices >= np.array(shape[: indices.shape[-1]])).any():
            return f"indices outside {list(shape)}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, indices = graph.tensors[node.inputs[0]].shape, indices_of(graph, node)
        assert indices is not None
        return ((*indices.shape[:-1], *shape[indices.shape[-1] :]),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        indices = indices_of(graph, node)
        assert indices is not None
        place = (slice(None), *np.moveaxis(indices, -1, 0))
        return [x[place]]


OPERATORS.add(Gather.name, Gather())
OPERATORS.add(GatherNd.name, GatherNd())
