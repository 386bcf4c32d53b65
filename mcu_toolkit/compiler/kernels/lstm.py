"""UNIDIRECTIONAL_SEQUENCE_LSTM in portable C, and what the variants for other instruction sets share with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import (
    Call,
    ConstArray,
    FieldValue,
    Invocation,
    ParamsArg,
    StructValue,
    TensorArg,
    params,
)
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.fixedpoint import SIGMOID_TABLE
from mcu_toolkit.graph.ops.lstm import CELL, HIDDEN, Gate, LstmParams, prepare

OPERATORS = ("UNIDIRECTIONAL_SEQUENCE_LSTM",)
GATES = ("input_gate", "forget_gate", "cell_gate", "output_gate")
#: Instructions for one unit of one step after the dot products.
UNIT_COST = 400


def _call(request: Request) -> Call:
    """Step by step; the hidden state of a step is the output row of the step before."""
    p = prepare(request.graph, request.node)
    return lstm_call(request, p, "portable/mcutk_lstm.c", "mcutk_lstm_s8", cost=6 * macs_of(p))


def macs_of(p: LstmParams) -> int:
    """Products of all steps."""
    return p.steps * len(GATES) * p.units * (p.inputs + p.units)


def lstm_call(request: Request, p: LstmParams, source: str, function: str, *, cost: int, fours: bool = False) -> Call:
    """A function with the parameters ``mcutk_lstm``.

    Args:
        request: the node.
        p: its numbers.
        source: C file below firmware/kernels; the header has the same name.
        function: C function.
        cost: instructions of all dot products.
        fours: weights in groups of four inputs, gate by gate; else whole rows.
    """
    node = request.node
    table = ConstArray("sigmoid", "uint16_t", SIGMOID_TABLE.astype(np.uint16), is_weights=False)
    zeros = (p.in_zero_point, p.hidden_zero_point)
    weights = np.stack([gate.weights for gate in p.gates], axis=1)
    hidden = np.stack([gate.hidden_weights for gate in p.gates], axis=1)
    biases = np.stack([gate.bias for gate in p.gates], axis=1).astype(np.int64)
    head = params(
        "mcutk_lstm",
        weights=_packed(weights, "weights", "inputs", fours),
        hidden_weights=_packed(hidden, "hidden_weights", "units", fours),
        bias=_folded(biases, weights, zeros[0], "bias"),
        hidden_bias=_folded(0 * biases, hidden, zeros[1], "hidden_bias"),
    )
    gates: list[tuple[str, FieldValue]] = [(name, _gate(gate)) for name, gate in zip(GATES, p.gates, strict=True)]
    rest = params(
        "mcutk_lstm",
        sigmoid=table,
        steps=p.steps,
        inputs=p.inputs,
        units=p.units,
        forget_multiplier=p.forget_mul.multiplier,
        forget_shift=p.forget_mul.shift,
        input_multiplier=p.input_mul.multiplier,
        input_shift=p.input_mul.shift,
        output_multiplier=p.output_mul.multiplier,
        output_shift=p.output_mul.shift,
        hidden_zero_point=p.hidden_zero_point,
        tanh_shift=15 + p.cell_power - 3,
        cell_clip=p.cell_clip,
    )
    fields = ParamsArg("mcutk_lstm", (*head.fields, *gates, *rest.fields))
    tensors = tuple(TensorArg(index) for index in (node.inputs[0], node.inputs[HIDDEN], node.inputs[CELL]))
    return Call(
        invocations=(Invocation(function, (*tensors, TensorArg(node.outputs[0]), fields)),),
        sources=(source, "portable/mcutk_lstm_unit.c"),
        headers=(source.removesuffix("c") + "h",),
        cost=cost + UNIT_COST * p.steps * p.units,
    )


def _packed(weights: npt.NDArray[np.int8], name: str, depth: str, fours: bool) -> ConstArray:
    """int8 [units, gates, depth] in the variant's order."""
    units, gates, count = weights.shape
    if not fours:
        layout = f"a row per unit and gate: [{depth}]"
        return ConstArray(name, "int8_t", weights.reshape(units * gates, count), layout=layout)
    padded = np.zeros((units, gates, -(-count // 4) * 4), np.int8)
    padded[..., :count] = weights
    rows = padded.reshape(units, gates, -1, 4).transpose(0, 2, 1, 3).reshape(units, -1)
    return ConstArray(name, "int8_t", rows, layout=f"a row per unit: [{depth} / 4][4 gates][4]")


def _folded(bias: npt.NDArray[np.int64], weights: npt.NDArray[np.int8], zero_point: int, name: str) -> ConstArray:
    """Biases [units, gates] with the zero point folded in."""
    folded = bias - zero_point * weights.astype(np.int64).sum(axis=2)
    return ConstArray(name, "int32_t", folded.astype(np.int32), layout="a row per unit: [4 gates]")


def _gate(gate: Gate) -> StructValue:
    return StructValue(
        (
            ("multiplier", gate.factor.multiplier),
            ("shift", gate.factor.shift),
            ("hidden_multiplier", gate.hidden_factor.multiplier),
            ("hidden_shift", gate.hidden_factor.shift),
        )
    )


KERNELS.add("mcutk_lstm_s8", Kernel(OPERATORS, _call))
