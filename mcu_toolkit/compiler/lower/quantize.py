"""QUANTIZE: a table between 8-bit types, arithmetic where 16 or 32 bits or float are at the border."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, FloatArg, IntArg, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import in_place, lookup, params
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.quantize import prepare
from mcu_toolkit.graph.requantize import RANGES, scale_of, zero_point_of
from mcu_toolkit.targets.target import Target

_SUFFIX = {
    DType.INT8: "s8", DType.UINT8: "u8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32",
}  # fmt: skip


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """The cheapest form for the pair of types."""
    data, out = graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]
    if data.dtype is DType.FLOAT32:
        return _from_float(graph, node)
    if data.dtype.bytes == 1 and out.dtype.bytes == 1:
        low, high = RANGES[data.dtype]
        return lookup(graph, node, prepare(graph, node).apply(np.arange(low, high + 1)))
    p = prepare(graph, node)
    fields = params(
        "mcutk_rescale",
        in_zero_point=p.in_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        low=p.low,
        high=p.high,
    )
    function = f"mcutk_rescale_{_SUFFIX[data.dtype]}_{_SUFFIX[out.dtype]}"
    arguments = (TensorArg(node.inputs[0]), TensorArg(node.outputs[0]), IntArg(data.elements), fields)
    return _border_call(node, Invocation(function, arguments), data.dtype, out.dtype, data.elements, 30)


def _from_float(graph: Graph, node: Node) -> Call:
    data, out = graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]
    arguments = (
        TensorArg(node.inputs[0]),
        TensorArg(node.outputs[0]),
        IntArg(data.elements),
        FloatArg(scale_of(out)),
        IntArg(zero_point_of(out)),
    )
    function = f"mcutk_quantize_f32_{_SUFFIX[out.dtype]}"
    return _border_call(node, Invocation(function, arguments), data.dtype, out.dtype, data.elements, 150)


def _border_call(node: Node, invocation: Invocation, source: DType, result: DType, count: int, cost: int) -> Call:
    """A call of mcutk_border.h. Element i is written once it is read."""
    shares = result.bytes == 1 or result is source  # C lets bytes alias anything, but no other two types
    return Call(
        invocations=(invocation,),
        sources=("portable/mcutk_border.c",),
        headers=("portable/mcutk_border.h",),
        overlaps=in_place(node.inputs[0], node.outputs[0]) if shares else (),
        cost=20 + cost * count,
    )
