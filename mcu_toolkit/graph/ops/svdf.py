"""SVDF: a dense layer over a sliding memory with one row per filter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.attrs import Svdf as SvdfAttrs
from mcu_toolkit.graph.ir import Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops.base import MAX_SCALE, Inputs, Operator, Shape, count_reason, data_reason, first, present
from mcu_toolkit.graph.ops.linear import exact_matmul
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    RANGES,
    Int32,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    wrap32,
    zero_point_of,
)

_STATE = 4


@dataclass(frozen=True, eq=False)
class SvdfParams:
    """A prepared SVDF.

    Attributes:
        feature: int8 [filters, inputs]: weights of the newest column of the memory.
        time: int8 or int16 [filters, memory]: weights over the memory, the newest column last.
        bias: int32 [units]; zeros where the model has none.
        rank: number of adjacent filters that are summed to one unit.
        to_state, to_output: factors of the two dot products.
        in_zero_point, state_zero_point, out_zero_point: of the tensors.
    """

    feature: npt.NDArray[np.int8]
    time: Array
    bias: Int32
    rank: int
    to_state: Multiplier
    to_output: Multiplier
    in_zero_point: int
    state_zero_point: int
    out_zero_point: int


def _reals(graph: Graph, node: Node) -> tuple[float, float]:
    """Both factors, multiplied and divided in float32 step by step."""
    data, feature, time, _, state = (graph.input_tensor(node, i) for i in range(5))
    assert data is not None and feature is not None and time is not None and state is not None
    scales = [np.float32(scale_of(t)) for t in (data, feature, state, time, graph.tensors[node.outputs[0]])]
    with np.errstate(over="ignore", under="ignore"):
        return float(scales[0] * scales[1] / scales[2]), float(scales[2] * scales[3] / scales[4])


def prepare(graph: Graph, node: Node) -> SvdfParams:
    """Weights and factors; `check` has passed."""
    assert isinstance(node.attrs, SvdfAttrs)
    data, feature, time, bias, state = (graph.input_tensor(node, i) for i in range(5))
    assert data is not None and feature is not None and time is not None and state is not None
    assert feature.data is not None and time.data is not None
    units = feature.shape[0] // node.attrs.rank
    to_state, to_output = (quantize_multiplier(real) for real in _reals(graph, node))
    return SvdfParams(
        feature=feature.data.astype(np.int8, copy=False),
        time=time.data,
        bias=np.zeros(units, np.int32) if bias is None or bias.data is None else bias.data.astype(np.int32),
        rank=node.attrs.rank,
        to_state=to_state,
        to_output=to_output,
        in_zero_point=zero_point_of(data),
        state_zero_point=zero_point_of(state),
        out_zero_point=zero_point_of(graph.tensors[node.outputs[0]]),
    )


def constant_reason(tensor: Tensor | None, role: str, shape: Shape, dtypes: tuple[DType, ...]) -> str | None:
    """Reason when a tensor is not constant symmetric data of a shape and one of the types."""
    if tensor is None or tensor.data is None:
        return f"{role}: not constant"
    if tensor.dtype not in dtypes or tensor.shape != shape:
        wanted = " or ".join(d.value for d in dtypes)
        return f"{role}: {tensor.dtype.value} {list(tensor.shape)}; supported: {wanted} {list(shape)}"
    quant = tensor.quant
    if tensor.dtype is DType.INT32:
        return None
    if quant is None or quant.per_channel or quant.zero_point[0] != 0 or not quant.scale[0] < MAX_SCALE:
        return f"{role}: no per-tensor quantization with zero point 0"
    return None


def state_reason(tensor: Tensor | None, role: str, elements: int, dtypes: tuple[DType, ...]) -> str | None:
    """Reason when a tensor is not a quantized variable of a size and one of the types."""
    if tensor is None or not tensor.variable or tensor.elements != elements:
        return f"{role}: not a variable of {elements} elements"
    return data_reason(tensor, role, dtypes)


def _read_options(o: Options) -> SvdfAttrs:
    return SvdfAttrs(rank=o.i32(0), activation=o.activation(1))


class Svdf(Operator):
    """SVDF."""

    name = "SVDF"
    options = OptionsFormat(6, _read_options)
    forms = "int8, batch 1, memory and its weights both int8 or both int16, int32 bias or none"
    note = "The memory is a variable, kept between calls. A fused RELU clamps to the output range, as in the reference."

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        if not isinstance(attrs, SvdfAttrs):
            return "no attributes"
        reason = count_reason(node, (5,))
        if reason:
            return reason
        data, feature, time, bias, state = (graph.input_tensor(node, i) for i in range(5))
        out = graph.tensors[node.outputs[0]]
        reason = first(data_reason(data, "the input"), data_reason(out, "the output"))
        if reason or data is None or feature is None or time is None or state is None:
            return reason or "a tensor is left out"
        if len(data.shape) != 2 or data.shape[0] != 1 or len(time.shape) != 2 or len(feature.shape) != 2:
            return f"input {list(data.shape)}; supported: [1, inputs]"
        filters, memory = time.shape
        if attrs.rank < 1 or filters % attrs.rank or attrs.activation not in (Activation.NONE, Activation.RELU):
            return f"rank {attrs.rank} of {filters} filters, activation {attrs.activation.value}"
        both = (time.dtype,) if time.dtype in (DType.INT8, DType.INT16) else (DType.INT16,)
        reason = first(
            constant_reason(feature, "feature weights", (filters, data.shape[1]), (DType.INT8,)),
            constant_reason(time, "time weights", (filters, memory), (DType.INT8, DType.INT16)),
            state_reason(state, "the memory", filters * memory, both),
        )
        if reason:
            return reason
        if bias is not None:
            reason = constant_reason(bias, "bias", (filters // attrs.rank,), (DType.INT32,))
        if any(not np.isfinite(r) or quantize_multiplier(r).shift > 30 for r in _reals(graph, node)):
            return "the scales give a factor that is too large for 32-bit arithmetic"
        return reason

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        assert isinstance(node.attrs, SvdfAttrs)
        return ((1, graph.tensors[node.inputs[1]].shape[0] // node.attrs.rank),)

    def macs(self, graph: Graph, node: Node) -> int:
        return graph.tensors[node.inputs[1]].elements + graph.tensors[node.inputs[2]].elements

    def state_inputs(self, node: Node) -> tuple[int, ...]:
        return (_STATE,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        x, state = present(inputs[0]), present(inputs[_STATE])
        count, (filters, memory) = max(len(x), len(state)), p.time.shape
        low, high = RANGES[graph.tensors[node.inputs[_STATE]].dtype]
        rows = x.reshape(len(x), -1).astype(np.int16) - np.int16(p.in_zero_point)
        fresh = multiply_by_quantized_multiplier(
            wrap32(exact_matmul(rows, p.feature.T)), p.to_state.multiplier, p.to_state.shift
        )
        # The reference clamps before it adds the zero point, then stores the low bits.
        newest = (np.clip(fresh, low, high) + p.state_zero_point).astype(state.dtype)
        held = np.broadcast_to(state, (count, *state.shape[1:])).reshape(count, filters, memory)
        column = np.broadcast_to(newest, (count, filters))[..., np.newaxis]
        after = np.concatenate([held[:, :, 1:], column], axis=2)
        dot = ((after.astype(np.int64) - p.state_zero_point) * p.time.astype(np.int64)).sum(axis=2)
        total = dot.reshape(count, -1, p.rank).sum(axis=2) + p.bias
        out = requantize(total, p.to_output.multiplier, p.to_output.shift, p.out_zero_point, -128, 127)
        return [out.astype(np.int8).reshape(count, 1, -1), after.reshape(count, *state.shape[1:])]


OPERATORS.add(Svdf.name, Svdf())
