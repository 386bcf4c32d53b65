"""UNIDIRECTIONAL_SEQUENCE_LSTM: int8 activations and weights, int16 cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.attrs import Lstm as LstmAttrs
from mcu_toolkit.graph.fixedpoint import sigmoid_int16, tanh_int16
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, count_reason, data_reason, first, present
from mcu_toolkit.graph.ops.linear import exact_matmul
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.svdf import constant_reason, state_reason
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Int32,
    Int64,
    Multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    zero_point_of,
)

#: Positions of the inputs: weights of the input and of the hidden state, and biases, in the order of the gates.
GATES = ("input", "forget", "cell", "output")
INPUT_WEIGHTS = (1, 2, 3, 4)
HIDDEN_WEIGHTS = (5, 6, 7, 8)
BIASES = (12, 13, 14, 15)
HIDDEN, CELL = 18, 19
_HIDDEN_INTERMEDIATE = 4
_FORBIDDEN = (*range(9, 12), *range(16, 18), *range(20, 24))

#: Scale of a gate before its activation (Q3.12) and after it (Q0.15).
_BEFORE, _AFTER = 2.0**-12, 2.0**-15
_INT16 = (-(1 << 15), (1 << 15) - 1)


@dataclass(frozen=True, eq=False)
class Gate:
    """One of the four gates.

    Attributes:
        weights: int8 [units, inputs].
        hidden_weights: int8 [units, units].
        bias: int32 [units], added to the input's product.
        factor, hidden_factor: of the two products, each rescaled to Q3.12 separately and clamped to int16.
    """

    weights: npt.NDArray[np.int8]
    hidden_weights: npt.NDArray[np.int8]
    bias: Int32
    factor: Multiplier
    hidden_factor: Multiplier


@dataclass(frozen=True, eq=False)
class LstmParams:
    """A prepared LSTM.

    Attributes:
        steps, inputs, units: sizes; the input is [steps, inputs].
        gates: in the order of `GATES`.
        forget_mul, input_mul: factors of forget x cell and input x cell gate, to the cell's scale.
        output_mul: factor of tanh(cell) x output gate, to the hidden state's scale.
        in_zero_point, hidden_zero_point: of the activations; the output is the hidden state.
        cell_power: the cell's scale is ``2 ** cell_power``.
        cell_clip: largest |cell|, 0 for none.
    """

    steps: int
    inputs: int
    units: int
    gates: tuple[Gate, ...]
    forget_mul: Multiplier
    input_mul: Multiplier
    output_mul: Multiplier
    in_zero_point: int
    hidden_zero_point: int
    cell_power: int
    cell_clip: int


def _product_factor(first_scale: float, second_scale: float) -> Multiplier:
    """Factor to Q3.12 of a product whose scales are multiplied in float32."""
    with np.errstate(over="ignore", under="ignore"):
        product = float(np.float32(first_scale) * np.float32(second_scale))
    return quantize_multiplier(min(product / _BEFORE, 2.0**40))


def _factors(graph: Graph, node: Node) -> tuple[list[tuple[Multiplier, Multiplier]], list[Multiplier]]:
    """The two factors of each gate, and those of the three elementwise products."""
    tensors = graph.tensors
    data, hidden = scale_of(tensors[node.inputs[0]]), scale_of(tensors[node.inputs[HIDDEN]])
    cell = scale_of(tensors[node.inputs[CELL]])
    gates = [
        (
            _product_factor(data, scale_of(tensors[node.inputs[a]])),
            _product_factor(hidden, scale_of(tensors[node.inputs[b]])),
        )
        for a, b in zip(INPUT_WEIGHTS, HIDDEN_WEIGHTS, strict=True)
    ]
    reals = (_AFTER * cell / cell, _AFTER * _AFTER / cell, _AFTER * _AFTER / hidden)
    return gates, [quantize_multiplier(real) for real in reals]


def prepare(graph: Graph, node: Node) -> LstmParams:
    """Weights and factors; `check` has passed."""
    assert isinstance(node.attrs, LstmAttrs)
    tensors = graph.tensors

    def values(position: int) -> Array:
        data = tensors[node.inputs[position]].data
        assert data is not None
        return data

    pairs, (forget_mul, input_mul, output_mul) = _factors(graph, node)
    gates = tuple(
        Gate(values(a).astype(np.int8), values(b).astype(np.int8), values(c).astype(np.int32), *factors)
        for a, b, c, factors in zip(INPUT_WEIGHTS, HIDDEN_WEIGHTS, BIASES, pairs, strict=True)
    )
    data, hidden, cell = (tensors[node.inputs[i]] for i in (0, HIDDEN, CELL))
    clip = node.attrs.cell_clip
    return LstmParams(
        steps=data.elements // data.shape[-1],
        inputs=data.shape[-1],
        units=hidden.elements,
        gates=gates,
        forget_mul=forget_mul,
        input_mul=input_mul,
        output_mul=output_mul,
        in_zero_point=zero_point_of(data),
        hidden_zero_point=zero_point_of(hidden),
        cell_power=math.frexp(scale_of(cell))[1] - 1,
        cell_clip=int(min(float(clip) / scale_of(cell), 32767.0)) if clip > 0 else 0,
    )


def _read_options(o: Options) -> LstmAttrs:
    """Attributes; the quantization of the hidden state is that of an intermediate tensor, which no operator writes."""
    intermediates = o.intermediates()
    hidden = intermediates[_HIDDEN_INTERMEDIATE] if len(intermediates) > _HIDDEN_INTERMEDIATE else None
    quant = hidden.quant if hidden is not None else None
    return LstmAttrs(
        activation=o.activation(0),
        cell_clip=o.finite(1),
        proj_clip=o.finite(2),
        time_major=o.flag(3),
        hidden_scale=0.0 if quant is None else float(quant.scale[0]),
        hidden_zero_point=0 if quant is None else int(quant.zero_point[0]),
    )


class UnidirectionalSequenceLstm(Operator):
    """UNIDIRECTIONAL_SEQUENCE_LSTM."""

    name = "UNIDIRECTIONAL_SEQUENCE_LSTM"
    options = OptionsFormat(71, _read_options)
    forms = (
        "int8, batch 1, int8 weights per tensor, int32 biases, int16 cell state of a power-of-two scale, cell clip; no "
        "peephole, projection or layer normalization"
    )
    note = "The states are variables: they are kept between calls."

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        reason = count_reason(node, (20, 24))
        if reason or not isinstance(attrs, LstmAttrs):
            return reason or "no attributes"
        if any(graph.input_tensor(node, i) is not None for i in _FORBIDDEN):
            return "peephole, projection or layer normalization"
        if attrs.activation is not Activation.TANH or attrs.cell_clip < 0:
            return f"activation {attrs.activation.value} and cell clip {attrs.cell_clip:g}; supported: TANH and >= 0"
        data, hidden = graph.input_tensor(node, 0), graph.input_tensor(node, HIDDEN)
        cell, out = graph.input_tensor(node, CELL), graph.tensors[node.outputs[0]]
        reason = first(data_reason(data, "the input"), data_reason(out, "the output"))
        if reason or data is None or hidden is None or cell is None:
            return reason or "a state is left out"
        batch = data.shape[1 if attrs.time_major else 0] if len(data.shape) == 3 else 0
        if batch != 1 or len(hidden.shape) != 2:
            return f"input {list(data.shape)} and hidden state {list(hidden.shape)}; supported: batch 1"
        return self._tensors_reason(graph, node, data.shape[2], hidden.shape[1])

    def _tensors_reason(self, graph: Graph, node: Node, inputs: int, units: int) -> str | None:
        """Reason when weights, biases or states are not supported."""
        hidden, cell = graph.input_tensor(node, HIDDEN), graph.input_tensor(node, CELL)
        reason = first(
            state_reason(hidden, "the hidden state", units, (DType.INT8,)),
            state_reason(cell, "the cell state", units, (DType.INT16,)),
        )
        if reason or cell is None:
            return reason
        if cell.quant is None or math.frexp(float(cell.quant.scale[0]))[0] != 0.5 or cell.quant.zero_point[0] != 0:
            return "the cell state's quantization; supported: a scale that is a power of two, zero point 0"
        for name, a, b, c in zip(GATES, INPUT_WEIGHTS, HIDDEN_WEIGHTS, BIASES, strict=True):
            reason = first(
                constant_reason(graph.input_tensor(node, a), f"{name} gate weights", (units, inputs), (DType.INT8,)),
                constant_reason(
                    graph.input_tensor(node, b), f"{name} gate recurrent weights", (units, units), (DType.INT8,)
                ),
                constant_reason(graph.input_tensor(node, c), f"{name} gate bias", (units,), (DType.INT32,)),
            )
            if reason:
                return reason
        gates, products = _factors(graph, node)
        if any(m.shift > 30 for m in (*(m for pair in gates for m in pair), *products)):
            return "the scales give a factor that is too large for 32-bit arithmetic"
        if not -16 <= math.frexp(float(cell.quant.scale[0]))[1] - 1 <= 0:
            return "the cell state's scale; supported: 2^-16 to 1"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape = graph.tensors[node.inputs[0]].shape
        return ((*shape[:2], graph.tensors[node.inputs[HIDDEN]].shape[1]),)

    def macs(self, graph: Graph, node: Node) -> int:
        data = graph.tensors[node.inputs[0]]
        units = graph.tensors[node.inputs[HIDDEN]].elements
        steps = data.elements // data.shape[-1]
        return steps * 4 * units * (data.shape[-1] + units)

    def state_inputs(self, node: Node) -> tuple[int, ...]:
        return (HIDDEN, CELL)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        x, hidden, cell = present(inputs[0]), present(inputs[HIDDEN]), present(inputs[CELL])
        count = max(len(x), len(hidden), len(cell))
        sequence = np.broadcast_to(x, (count, *x.shape[1:])).reshape(count, p.steps, p.inputs)
        h = np.broadcast_to(hidden, (count, *hidden.shape[1:])).reshape(count, p.units)
        c = np.broadcast_to(cell, (count, *cell.shape[1:])).reshape(count, p.units).astype(np.int64)
        outputs = []
        for step in range(p.steps):
            h, c = _step(p, sequence[:, step], h, c)
            outputs.append(h)
        shape = self.infer(graph, node)[0]
        return [
            np.stack(outputs, axis=1).reshape(count, *shape),
            h.reshape(count, *hidden.shape[1:]),
            c.astype(np.int16).reshape(count, *cell.shape[1:]),
        ]


def _step(p: LstmParams, x: Array, h: Array, c: Int64) -> tuple[Array, Int64]:
    """One step: hidden state int8 [n, units] and cell [n, units]."""
    before = [_gate(p, gate, x, h) for gate in p.gates]
    take, keep, fresh, give = (
        tanh_int16(value, 0) if name == "cell" else sigmoid_int16(value)
        for name, value in zip(GATES, before, strict=True)
    )
    kept = requantize(keep * c, p.forget_mul.multiplier, p.forget_mul.shift, 0, *_INT16)
    taken = requantize(take * fresh, p.input_mul.multiplier, p.input_mul.shift, 0, *_INT16)
    c = np.clip(kept + taken, *_INT16)
    if p.cell_clip:
        c = np.clip(c, -p.cell_clip, p.cell_clip)
    squashed = tanh_int16(c, 15 + p.cell_power - 3)
    out = requantize(squashed * give, p.output_mul.multiplier, p.output_mul.shift, p.hidden_zero_point, -128, 127)
    return out.astype(np.int8), c


def _gate(p: LstmParams, gate: Gate, x: Array, h: Array) -> Int64:
    """A gate before its activation, int16 in Q3.12."""
    data = exact_matmul(x.astype(np.int16) - np.int16(p.in_zero_point), gate.weights.T).astype(np.int64) + gate.bias
    state = exact_matmul(h.astype(np.int16) - np.int16(p.hidden_zero_point), gate.hidden_weights.T)
    first = requantize(data, gate.factor.multiplier, gate.factor.shift, 0, *_INT16)
    second = requantize(state, gate.hidden_factor.multiplier, gate.hidden_factor.shift, 0, *_INT16)
    return np.asarray(np.clip(first + second, *_INT16), np.int64)


OPERATORS.add(UnidirectionalSequenceLstm.name, UnidirectionalSequenceLstm())
