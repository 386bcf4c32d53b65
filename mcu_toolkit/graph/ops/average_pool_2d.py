"""AVERAGE_POOL_2D."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.geometry import pad_image, tap
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, present
from mcu_toolkit.graph.ops.pooling import Pooling, prepare
from mcu_toolkit.graph.ops.registry import OPERATORS


class AveragePool2D(Pooling):
    """AVERAGE_POOL_2D: the mean of the elements inside the image, halves rounded away from zero."""

    name = "AVERAGE_POOL_2D"

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        g = p.geometry
        x = present(inputs[0])
        image = x.reshape(-1, *x.shape[-3:]).astype(np.int32)
        padded, inside = pad_image(image, g, 0), pad_image(np.ones((1, g.in_h, g.in_w, 1), np.int32), g, 0)
        total = np.zeros((len(image), g.out_h, g.out_w, image.shape[-1]), np.int32)
        count = np.zeros((1, g.out_h, g.out_w, 1), np.int32)
        for row in range(g.kernel_h):
            for column in range(g.kernel_w):
                total += tap(padded, g, row, column).astype(np.int32, copy=False)
                count += tap(inside, g, row, column).astype(np.int32, copy=False)
        mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
        out = np.clip(mean, p.act_min, p.act_max).astype(x.dtype)
        return [out.reshape(len(x), 1, *out.shape[1:])]


OPERATORS.add(AveragePool2D.name, AveragePool2D())
