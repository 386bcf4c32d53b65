"""RESIZE_BILINEAR, with ten fraction bits."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, Invocation, TensorArg
from mcu_toolkit.compiler.layer import ConstArray
from mcu_toolkit.compiler.lower.common import params
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.resize_bilinear import Axis, prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Both neighbours and a weight for each row and column, from tables."""
    source, result = node.inputs[0], node.outputs[0]
    data, out = graph.tensors[source], graph.tensors[result]
    rows, columns = prepare(graph, node)
    fields = params(
        "mcutk_bilinear",
        rows=_table("rows", rows),
        columns=_table("columns", columns),
        out_h=len(rows.lower),
        out_w=len(columns.lower),
        in_w=data.shape[2],
        channels=data.shape[3],
    )
    return Call(
        invocations=(Invocation("mcutk_resize_bilinear_s8", (TensorArg(source), TensorArg(result), fields)),),
        sources=("portable/mcutk_resize.c",),
        headers=("portable/mcutk_resize.h",),
        cost=60 + 30 * out.elements,
    )


def _table(suffix: str, axis: Axis) -> ConstArray:
    """int16 [out, 3]: lower, upper, weight of the upper in 1/1024."""
    rows = np.stack([axis.lower, axis.upper, axis.weight], axis=1).astype(np.int16)
    return ConstArray(suffix, "int16_t", rows.reshape(-1), is_weights=False)
