"""SVDF: portable C, the DSP extension, Helium. The variants differ in two inner loops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, StructValue, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.svdf import prepare
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE, Isa


@dataclass(frozen=True)
class _Variant:
    """An instruction set's functions.

    Attributes:
        isa: it needs.
        ending: of file and function names.
        input_cost, memory_cost: instructions per input and per memory column of a filter.
    """

    isa: Isa
    ending: str
    input_cost: float
    memory_cost: float


def _call(request: Request, variant: _Variant) -> Call:
    """A filter at a time: shift its memory, put in the newest value, sum over the memory."""
    graph, node = request.graph, request.node
    p = prepare(graph, node)
    filters, memory = p.time.shape
    inputs = p.feature.shape[1]
    folded = -p.in_zero_point * p.feature.astype(np.int64).sum(axis=1)
    wide = graph.tensors[node.inputs[4]].dtype is DType.INT16
    time_sums = p.time.astype(np.int64).sum(axis=1).reshape(-1, p.rank).sum(axis=1)
    bias = p.bias.reshape(-1).astype(np.int64) - p.state_zero_point * time_sums  # modulo 2^32 where it is stored
    layer = params(
        "mcutk_svdf_layer",
        feature=ConstArray("feature", "int8_t", p.feature, layout="a row per filter: [inputs]"),
        feature_bias=ConstArray("feature_bias", "int32_t", folded.astype(np.int32)),
        bias=ConstArray("bias", "int32_t", bias.astype(np.int32)),
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
    file = f"{variant.isa.id}/mcutk_svdf{variant.ending}"
    function = f"mcutk_svdf_{'s16' if wide else 's8'}{variant.ending}"
    return Call(
        invocations=(Invocation(function, (*tensors, fields)),),
        sources=(f"{file}.c",),
        headers=(f"{file}.h",),
        cost=filters * (70 + round(variant.input_cost * inputs + variant.memory_cost * memory)),
    )


for _variant in (
    _Variant(PORTABLE, "", 5, 7),
    _Variant(DSP, "_dsp", 1.6, 2.5),
    _Variant(MVE, "_mve", 0.25, 0.6),
):
    KERNELS.add(f"mcutk_svdf{_variant.ending}", Kernel(("SVDF",), partial(_call, variant=_variant), _variant.isa.id))
