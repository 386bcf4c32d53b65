"""MAX_POOL_2D."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.geometry import pad_image, tap
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, present
from mcu_toolkit.graph.ops.pooling import Pooling, prepare
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import RANGES


class MaxPool2D(Pooling):
    """MAX_POOL_2D: the largest element inside the image."""

    name = "MAX_POOL_2D"

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        g = p.geometry
        x = present(inputs[0])
        padded = pad_image(x.reshape(-1, *x.shape[-3:]), g, RANGES[graph.tensors[node.inputs[0]].dtype][0])
        largest = tap(padded, g, 0, 0)
        for row in range(g.kernel_h):
            for column in range(g.kernel_w):
                largest = np.maximum(largest, tap(padded, g, row, column))
        out = np.clip(largest, p.act_min, p.act_max).astype(x.dtype)
        return [out.reshape(len(x), 1, *out.shape[1:])]


OPERATORS.add(MaxPool2D.name, MaxPool2D())
