"""STRIDED_SLICE."""

from __future__ import annotations

from mcu_toolkit.graph.attrs import StridedSlice as StridedSliceAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Shape,
    const_ints,
    count_reason,
    has_absent,
    tensors_of,
)
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.slice import Ranges
from mcu_toolkit.graph.options import Options, OptionsFormat


def ranges(graph: Graph, node: Node) -> Ranges | None:
    """(start, stop, step) of each dimension, masks resolved; None where not constant, out of range or empty."""
    attrs = node.attrs
    assert isinstance(attrs, StridedSliceAttrs)
    begin, end, step = (const_ints(graph, node, position) for position in (1, 2, 3))
    shape = graph.tensors[node.inputs[0]].shape
    if begin is None or end is None or step is None or not len(begin) == len(end) == len(step) == len(shape):
        return None
    kept = []
    for axis, dim in enumerate(shape):
        if step[axis] == 0:
            return None
        low, high = (0, dim) if step[axis] > 0 else (-1, dim - 1)
        start = _bound(begin[axis], dim, low, high, bool(attrs.begin_mask >> axis & 1), step[axis] < 0)
        stop = _bound(end[axis], dim, low, high, bool(attrs.end_mask >> axis & 1), step[axis] > 0)
        if attrs.shrink_axis_mask >> axis & 1:
            # One element; end and step are not used.
            stop, direction = start + 1, 1
        else:
            direction = step[axis]
        if not 0 <= start < dim or _count(start, stop, direction) < 1:
            return None
        kept.append((start, stop, direction))
    return tuple(kept)


def _bound(given: int, dim: int, low: int, high: int, masked: bool, masked_high: bool) -> int:
    if masked:
        return high if masked_high else low
    return min(max(given + dim if given < 0 else given, low), high)


def _count(start: int, stop: int, step: int) -> int:
    return -((start - stop) // step) if step > 0 else -((stop - start) // -step)


def _read_options(o: Options) -> StridedSliceAttrs:
    return StridedSliceAttrs(
        begin_mask=o.i32(0),
        end_mask=o.i32(1),
        ellipsis_mask=o.i32(2),
        new_axis_mask=o.i32(3),
        shrink_axis_mask=o.i32(4),
        offset=o.flag(5),
    )


class StridedSlice(Mover):
    """STRIDED_SLICE."""

    name = "STRIDED_SLICE"
    options = OptionsFormat(32, _read_options)
    forms = (
        f"{MOVABLE_NAMES}, up to 5 dimensions, constant begin, end and strides (also negative) for every dimension; "
        "begin, end and shrink masks"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        if not isinstance(attrs, StridedSliceAttrs):
            return "no attributes"
        reason = count_reason(node, (4,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        if attrs.ellipsis_mask or attrs.new_axis_mask or attrs.offset:
            return "an ellipsis, a new axis or an end that is an offset"
        if ranges(graph, node) is None:
            return "begin, end and strides are not constant, do not have one value per dimension, or select nothing"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        assert isinstance(node.attrs, StridedSliceAttrs)
        shrink = node.attrs.shrink_axis_mask
        kept = ranges(graph, node) or ()
        return (tuple(_count(*r) for axis, r in enumerate(kept) if not shrink >> axis & 1),)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        kept = ranges(graph, node) or ()
        cut = (slice(None), *(slice(start, None if stop < 0 else stop, step) for start, stop, step in kept))
        return [x[cut].reshape(len(x), *self.infer(graph, node)[0])]


OPERATORS.add(StridedSlice.name, StridedSlice())
