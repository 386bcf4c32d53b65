"""RESIZE_BILINEAR, in the reference's integer arithmetic with 10 fraction bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Resize
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, present
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.resize import Resizer, size_of
from mcu_toolkit.graph.options import Options, OptionsFormat

ONE = 1 << 10


@dataclass(frozen=True, eq=False)
class Axis:
    """Interpolation along one axis, int64 [out] each.

    Attributes:
        lower, upper: the two input rows (or columns) of each output row.
        weight: of `upper`, in 1/1024; the weight of `lower` is 1024 minus it. Not used where both are one row.
    """

    lower: npt.NDArray[np.int64]
    upper: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]


def prepare(graph: Graph, node: Node) -> tuple[Axis, Axis]:
    """Rows and columns; `check` has passed."""
    assert isinstance(node.attrs, Resize)
    _, height, width, _ = graph.tensors[node.inputs[0]].shape
    out_h, out_w = size_of(graph, node)
    return _axis(height, out_h, node.attrs), _axis(width, out_w, node.attrs)


def _axis(size: int, out: int, attrs: Resize) -> Axis:
    if attrs.align_corners and out > 1:
        scale = (ONE * (size - 1) + (out - 1) // 2) // (out - 1)
    else:
        scale = (ONE * size + out // 2) // out
    place = np.arange(out, dtype=np.int64) * scale
    if attrs.half_pixel_centers:
        place = place + scale // 2 - ONE // 2
    lower = np.maximum(_toward_zero(place), 0)
    upper = np.minimum(_toward_zero(place + ONE - 1), size - 1)
    return Axis(lower, upper, place - ONE * lower)


def _toward_zero(x: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.asarray(np.sign(x) * (np.abs(x) // ONE), np.int64)


def _read_options(o: Options) -> Resize:
    return Resize(o.flag(2), o.flag(3))


class ResizeBilinear(Resizer):
    """RESIZE_BILINEAR."""

    name = "RESIZE_BILINEAR"
    options = OptionsFormat(15, _read_options)

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = super().check(graph, node)
        if reason:
            return reason
        assert isinstance(node.attrs, Resize)
        if node.attrs.align_corners and node.attrs.half_pixel_centers:
            return "align_corners and half_pixel_centers together; supported: one or none"
        _, height, width, _ = graph.tensors[node.inputs[0]].shape
        rows, columns = prepare(graph, node)
        # With a very large output the rounded scale can step beyond the image, and the reference reads outside it.
        if int(rows.lower.max()) >= height or int(columns.lower.max()) >= width:
            return f"an output of {len(rows.lower)}x{len(columns.lower)}, too large for 10 fraction bits"
        return None

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        rows, columns = prepare(graph, node)
        x = present(inputs[0]).astype(np.int64)
        wy, wx = rows.weight[:, np.newaxis, np.newaxis], columns.weight[:, np.newaxis]
        between = x[:, :, rows.lower] * (ONE - wy) + x[:, :, rows.upper] * wy
        mixed = between[:, :, :, columns.lower] * (ONE - wx) + between[:, :, :, columns.upper] * wx
        total, half = np.asarray(mixed, np.int64), 1 << 19
        return [np.asarray(np.where(total > 0, (total + half) >> 20, -((half - total) >> 20)), np.int8)]


OPERATORS.add(ResizeBilinear.name, ResizeBilinear())
