"""TILE, BROADCAST_TO and FILL: elements repeated."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, Graph, Node, Tensor
from mcu_toolkit.graph.ops.base import Shape, const_ints, count_reason, has_absent
from mcu_toolkit.graph.ops.broadcast import broadcast_shape
from mcu_toolkit.graph.ops.moves import MAX_MOVE_RANK, MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS

#: Largest number of elements that a shape or factor in a file may ask for.
_LARGEST = 1 << 24


class Repeater(Mover):
    """Base: the shape of the output follows from the input and a constant vector of integers.

    Attributes:
        numbers: position of that vector.
    """

    numbers = 1

    def shape(self, data: Tensor, numbers: tuple[int, ...]) -> Shape | None:
        """The output's shape, None where the numbers do not fit; they are at least 1."""
        raise NotImplementedError

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        data = graph.tensors[node.inputs[self.source]]
        reason = move_reason(data, graph.tensors[node.outputs[0]])
        if reason:
            return reason
        numbers = const_ints(graph, node, self.numbers)
        if numbers is None or not all(1 <= n <= _LARGEST for n in numbers):
            return "the sizes are not constant integers of at least 1"
        shape = self.shape(data, numbers)
        if shape is None or len(shape) > MAX_MOVE_RANK or np.prod(shape, dtype=float) > _LARGEST:
            return f"sizes {list(numbers)} for an input {list(data.shape)}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        numbers = const_ints(graph, node, self.numbers) or ()
        return (self.shape(graph.tensors[node.inputs[self.source]], numbers) or (),)

    def identity_input(self, graph: Graph, node: Node) -> int:
        return self.source


class Tile(Repeater):
    """TILE."""

    name = "TILE"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant factors"
    note = "As in TensorFlow Lite; TensorFlow Lite Micro has no such kernel."

    def shape(self, data: Tensor, numbers: tuple[int, ...]) -> Shape | None:
        if len(numbers) != len(data.shape):
            return None
        return tuple(size * times for size, times in zip(data.shape, numbers, strict=True))

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        return [np.tile(x, (1, *(const_ints(graph, node, 1) or ())))]


class BroadcastTo(Repeater):
    """BROADCAST_TO."""

    name = "BROADCAST_TO"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant shape"

    def shape(self, data: Tensor, numbers: tuple[int, ...]) -> Shape | None:
        return numbers if broadcast_shape(data.shape, numbers) == numbers else None

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        shape = self.infer(graph, node)[0]
        lifted = x.reshape(len(x), *(1,) * (len(shape) + 1 - x.ndim), *x.shape[1:])
        return [np.broadcast_to(lifted, (len(x), *shape))]


class Fill(Repeater):
    """FILL: one value, the second input, in the shape that the first input holds."""

    name = "FILL"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant shape"
    source = 1
    numbers = 0

    def shape(self, data: Tensor, numbers: tuple[int, ...]) -> Shape | None:
        return numbers if data.elements == 1 else None

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        shape = self.infer(graph, node)[0]
        return [np.broadcast_to(x.reshape(len(x), *(1,) * len(shape)), (len(x), *shape))]


OPERATORS.add(Tile.name, Tile())
OPERATORS.add(BroadcastTo.name, BroadcastTo())
OPERATORS.add(Fill.name, Fill())
