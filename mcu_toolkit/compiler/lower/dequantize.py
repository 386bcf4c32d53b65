"""DEQUANTIZE: to float32 at the border of a model."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, FloatArg, IntArg, Invocation, TensorArg
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.requantize import scale_of, zero_point_of
from mcu_toolkit.targets.target import Target

_SUFFIX = {DType.INT8: "s8", DType.UINT8: "u8", DType.INT16: "s16"}


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """scale * (q - zero_point), in float32."""
    source, result = node.inputs[0], node.outputs[0]
    data = graph.tensors[source]
    arguments = (
        TensorArg(source),
        TensorArg(result),
        IntArg(data.elements),
        FloatArg(scale_of(data)),
        IntArg(zero_point_of(data)),
    )
    return Call(
        invocations=(Invocation(f"mcutk_dequantize_{_SUFFIX[data.dtype]}_f32", arguments),),
        sources=("portable/mcutk_border.c",),
        headers=("portable/mcutk_border.h",),
        cost=20 + 150 * data.elements,
    )
