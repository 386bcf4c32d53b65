"""SVDF in portable C."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, StructValue, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.svdf import prepare


def _call(request: Request) -> Call:
    """A filter at a time: shift its memory, put in the newest value, sum over the memory."""
    graph, node = request.graph, request.node
    p = prepare(graph, node)
    filters, memory = p.time.shape
    inputs = p.feature.shape[1]
    folded = -p.in_zero_point * p.feature.astype(np.int64).sum(axis=1)
    wide = graph.tensors[node.inputs[4]].dtype is DType.INT16
    suffix = "s16" if wide else "s8"
    layer = params(
        "mcutk_svdf_layer",
        feature=ConstArray("feature", "int8_t", p.feature, layout="a row per filter: [inputs]"),
        feature_bias=ConstArray("feature_bias", "int32_t", folded.astype(np.int32)),
        bias=ConstArray("bias", "int32_t", p.bias.reshape(-1)),
        inputs=inputs,
        memory=memory,
        units=filters // p.rank,
        rank=p.rank,
        state_multiplier=p.to_state.multiplier,
        state_shift=p.to_state.shift,
        state_zero_point=p.state_zero_point,
        out_multiplier=p.to_output.multiplier,
        out_shift=p.to_output.shift,
        out_zero_point=p.out_zero_point,
    )
    time = ConstArray("time", "int16_t" if wide else "int8_t", p.time, layout="a row per filter: [memory]")
    fields = params(f"mcutk_svdf_{16 if wide else 8}", layer=StructValue(layer.fields), time=time)
    tensors = (TensorArg(node.inputs[0]), TensorArg(node.inputs[4]), TensorArg(node.outputs[0]))
    return Call(
        invocations=(Invocation(f"mcutk_svdf_{suffix}", (*tensors, fields)),),
        sources=("portable/mcutk_svdf.c",),
        headers=("portable/mcutk_svdf.h",),
        cost=filters * (80 + 7 * inputs + 10 * memory),
    )


KERNELS.add("mcutk_svdf", Kernel(("SVDF",), _call))
