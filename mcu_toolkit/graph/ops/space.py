"""SPACE_TO_DEPTH, DEPTH_TO_SPACE, SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: blocks of pixels."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Block
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Shape,
    const_ints,
    count_reason,
    has_absent,
    present,
    tensors_of,
)
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import zero_point_of


def _read_block(o: Options) -> Block:
    return Block(size=o.i32(0))


class SpaceToDepth(Mover):
    """SPACE_TO_DEPTH: each block of pixels becomes the channels of one pixel."""

    name = "SPACE_TO_DEPTH"
    options = OptionsFormat(19, _read_block)
    forms = f"{MOVABLE_NAMES}, images whose sides are multiples of the block size"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, Block):
            return "no attributes"
        reason = count_reason(node, (1,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        shape, block = graph.tensors[node.inputs[0]].shape, node.attrs.size
        if len(shape) != 4 or block < 1 or not self._fits(shape, block):
            return f"blocks of {block} in an input {list(shape)}"
        return None

    def _fits(self, shape: Shape, block: int) -> bool:
        return shape[1] % block == 0 and shape[2] % block == 0

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        assert isinstance(node.attrs, Block)
        (n, h, w, c), b = graph.tensors[node.inputs[0]].shape, node.attrs.size
        return ((n, h // b, w // b, c * b * b),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        assert isinstance(node.attrs, Block)
        shape, b = self.infer(graph, node)[0], node.attrs.size
        parts = x.reshape(-1, shape[1], b, shape[2], b, x.shape[-1])
        return [parts.transpose(0, 1, 3, 2, 4, 5).reshape(len(x), *shape)]


class DepthToSpace(SpaceToDepth):
    """DEPTH_TO_SPACE: the channels of each pixel become a block of pixels."""

    name = "DEPTH_TO_SPACE"
    options = OptionsFormat(94, _read_block)
    forms = f"{MOVABLE_NAMES}, images whose channels are a multiple of the block size squared"

    def _fits(self, shape: Shape, block: int) -> bool:
        return shape[3] % (block * block) == 0

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        assert isinstance(node.attrs, Block)
        (n, h, w, c), b = graph.tensors[node.inputs[0]].shape, node.attrs.size
        return ((n, h * b, w * b, c // (b * b)),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        assert isinstance(node.attrs, Block)
        shape, b = self.infer(graph, node)[0], node.attrs.size
        parts = x.reshape(-1, x.shape[-3], x.shape[-2], b, b, shape[3])
        return [parts.transpose(0, 1, 3, 2, 4, 5).reshape(len(x), *shape)]


class BatchToSpaceNd(Mover):
    """BATCH_TO_SPACE_ND: batches become blocks of pixels, which are then cropped."""

    name = "BATCH_TO_SPACE_ND"
    forms = f"{MOVABLE_NAMES}, 3 or 4 dimensions, constant block shape and crops"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (3,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        shape = graph.tensors[node.inputs[0]].shape
        block, edges = const_ints(graph, node, 1), const_ints(graph, node, 2)
        if len(shape) not in (3, 4) or block is None or edges is None or len(block) != len(shape) - 2:
            return f"an input {list(shape)}; supported: {self.forms}"
        if min(block) < 1 or len(edges) != 2 * len(block) or min(edges) < 0 or not self._fits(shape, block, edges):
            return f"blocks {list(block)} and edges {list(edges)} for an input {list(shape)}"
        return None

    def _fits(self, shape: Shape, block: tuple[int, ...], edges: tuple[int, ...]) -> bool:
        sides = [s * b - sum(edges[2 * i : 2 * i + 2]) for i, (s, b) in enumerate(zip(shape[1:], block, strict=False))]
        return shape[0] % int(np.prod(block)) == 0 and min(sides) > 0

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, block, edges = _numbers(graph, node)
        sides = (s * b - before - after for s, b, (before, after) in zip(shape[1:], block, edges, strict=False))
        return ((shape[0] // int(np.prod(block)), *sides, shape[-1]),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        shape, block, edges = _numbers(graph, node)
        count, sides = len(block), shape[1:-1]
        parts = x.reshape(len(x), *block, -1, *sides, shape[-1])
        pairs = [axis for i in range(count) for axis in (2 + count + i, 1 + i)]
        whole = parts.transpose(0, 1 + count, *pairs, parts.ndim - 1)
        whole = whole.reshape(len(x), -1, *(s * b for s, b in zip(sides, block, strict=True)), shape[-1])
        kept = [slice(before, size - after) for size, (before, after) in zip(whole.shape[2:], edges, strict=False)]
        cut = (slice(None), slice(None), *kept)
        return [whole[cut]]


class SpaceToBatchNd(BatchToSpaceNd):
    """SPACE_TO_BATCH_ND: the image is padded with the zero point, then pixels of a block become batches."""

    name = "SPACE_TO_BATCH_ND"
    forms = f"{MOVABLE_NAMES}, 3 or 4 dimensions, constant block shape and paddings"
    note = "The border is the zero point, as in TensorFlow Lite; in TensorFlow Lite Micro its value is not initialized."

    def _fits(self, shape: Shape, block: tuple[int, ...], edges: tuple[int, ...]) -> bool:
        sides = [s + sum(edges[2 * i : 2 * i + 2]) for i, s in enumerate(shape[1:-1])]
        return all(side % b == 0 for side, b in zip(sides, block, strict=True)) and max(sides) < 1 << 16

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, block, edges = _numbers(graph, node)
        sides = ((s + before + after) // b for s, b, (before, after) in zip(shape[1:], block, edges, strict=False))
        return ((shape[0] * int(np.prod(block)), *sides, shape[-1]),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        """The border is -1, which `places` needs; `compute` replaces it."""
        return [self._arranged(graph, node, x, -1)]

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        out = graph.tensors[node.outputs[0]]
        return [self._arranged(graph, node, present(inputs[0]), zero_point_of(out) if out.quant else 0)]

    def _arranged(self, graph: Graph, node: Node, x: Array, border: int) -> Array:
        _, block, edges = _numbers(graph, node)
        shape, count = self.infer(graph, node)[0], len(block)
        padded = np.pad(x, ((0, 0), (0, 0), *edges, (0, 0)), constant_values=border)
        split = [n for side, b in zip(shape[1:-1], block, strict=True) for n in (side, b)]
        parts = padded.reshape(len(x), -1, *split, shape[-1])
        order = [3 + 2 * i for i in range(count)], [2 + 2 * i for i in range(count)]
        return np.asarray(parts.transpose(0, *order[0], 1, *order[1], parts.ndim - 1).reshape(len(x), *shape))


def _numbers(graph: Graph, node: Node) -> tuple[Shape, tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Shape of the input, block shape, and (before, after) of each spatial dimension."""
    block, edges = const_ints(graph, node, 1) or (), const_ints(graph, node, 2) or ()
    return graph.tensors[node.inputs[0]].shape, block, tuple(zip(edges[::2], edges[1::2], strict=True))


OPERATORS.add(SpaceToDepth.name, SpaceToDepth())
OPERATORS.add(DepthToSpace.name, DepthToSpace())
OPERATORS.add(BatchToSpaceNd.name, BatchToSpaceNd())
OPERATORS.add(SpaceToBatchNd.name, SpaceToBatchNd())
