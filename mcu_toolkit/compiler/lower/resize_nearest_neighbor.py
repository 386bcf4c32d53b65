"""RESIZE_NEAREST_NEIGHBOR: pixels picked by two tables."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArg, IntArg, Invocation, TensorArg
from mcu_toolkit.compiler.layer import ConstArray
from mcu_toolkit.compiler.lower.common import move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.resize_nearest_neighbor import prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Input row of each output row, input column of each output column."""
    source, result = node.inputs[0], node.outputs[0]
    data, out = graph.tensors[source], graph.tensors[result]
    rows, columns = prepare(graph, node)
    arguments = (
        TensorArg(source),
        TensorArg(result),
        ConstArg(ConstArray("rows", "uint16_t", rows.astype(np.uint16), is_weights=False)),
        ConstArg(ConstArray("columns", "uint16_t", columns.astype(np.uint16), is_weights=False)),
        IntArg(len(rows)),
        IntArg(len(columns)),
        IntArg(data.shape[2]),
        IntArg(data.shape[3] * data.dtype.bytes),
    )
    return move_call((Invocation("mcutk_resize_nearest", arguments),), 2 * out.bytes)
