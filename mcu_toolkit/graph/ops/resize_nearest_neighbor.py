"""RESIZE_NEAREST_NEIGHBOR."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Resize
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.moves import Mover
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.resize import Resizer, size_of
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import round_half_away

Index = npt.NDArray[np.int64]


def prepare(graph: Graph, node: Node) -> tuple[Index, Index]:
    """The input row of each output row and the input column of each output column; `check` has passed."""
    assert isinstance(node.attrs, Resize)
    _, height, width, _ = graph.tensors[node.inputs[0]].shape
    out_h, out_w = size_of(graph, node)
    return _nearest(height, out_h, node.attrs), _nearest(width, out_w, node.attrs)


def _nearest(size: int, out: int, attrs: Resize) -> Index:
    """In float32, step by step as the reference computes."""
    between = attrs.align_corners and out > 1
    scale = np.float32(size - 1) / np.float32(out - 1) if between else np.float32(size) / np.float32(out)
    place = (np.arange(out).astype(np.float32) + np.float32(0.5 if attrs.half_pixel_centers else 0)) * scale
    whole = round_half_away(place) if attrs.align_corners else np.floor(place)
    return np.clip(whole.astype(np.int64), 0, size - 1)


def _read_options(o: Options) -> Resize:
    return Resize(o.flag(0), o.flag(1))


class ResizeNearestNeighbor(Resizer, Mover):
    """RESIZE_NEAREST_NEIGHBOR."""

    name = "RESIZE_NEAREST_NEIGHBOR"
    options = OptionsFormat(74, _read_options)

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        rows, columns = prepare(graph, node)
        return [x[:, :, rows][:, :, :, columns]]


OPERATORS.add(ResizeNearestNeighbor.name, ResizeNearestNeighbor())
