"""UNIDIRECTIONAL_SEQUENCE_LSTM in portable C."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, ParamsArg, StructValue, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.fixedpoint import SIGMOID_TABLE
from mcu_toolkit.graph.ops.lstm import CELL, HIDDEN, Gate, LstmParams, prepare


def _call(request: Request) -> Call:
    """Step by step; the hidden state of a step is the output row of the step before."""
    node = request.node
    p = prepare(request.graph, node)
    table = ConstArray("sigmoid", "uint16_t", SIGMOID_TABLE.astype(np.uint16), is_weights=False)
    names = ("input_gate", "forget_gate", "cell_gate", "output_gate")
    gates = tuple((name, _gate(name, gate, p)) for name, gate in zip(names, p.gates, strict=True))
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
    fields = ParamsArg("mcutk_lstm", (*gates, *rest.fields))
    tensors = (TensorArg(node.inputs[i]) for i in (0, HIDDEN, CELL))
    macs = p.steps * 4 * p.units * (p.inputs + p.units)
    return Call(
        invocations=(Invocation("mcutk_lstm_s8", (*tensors, TensorArg(node.outputs[0]), fields)),),
        sources=("portable/mcutk_lstm.c",),
        headers=("portable/mcutk_lstm.h",),
        cost=6 * macs + 700 * p.steps * p.units,
    )


def _gate(name: str, gate: Gate, p: LstmParams) -> StructValue:
    """Weights, and biases with the zero points folded in."""
    bias = gate.bias.astype(np.int64) - p.in_zero_point * gate.weights.astype(np.int64).sum(axis=1)
    hidden_bias = -p.hidden_zero_point * gate.hidden_weights.astype(np.int64).sum(axis=1)
    weights = ConstArray(f"{name}_weights", "int8_t", gate.weights, layout="a row per unit: [inputs]")
    hidden = ConstArray(f"{name}_hidden_weights", "int8_t", gate.hidden_weights, layout="a row per unit: [units]")
    return StructValue(
        (
            ("weights", weights),
            ("hidden_weights", hidden),
            ("bias", ConstArray(f"{name}_bias", "int32_t", bias.astype(np.int32))),
            ("hidden_bias", ConstArray(f"{name}_hidden_bias", "int32_t", hidden_bias.astype(np.int32))),
            ("multiplier", gate.factor.multiplier),
            ("shift", gate.factor.shift),
            ("hidden_multiplier", gate.hidden_factor.multiplier),
            ("hidden_shift", gate.hidden_factor.shift),
        )
    )


KERNELS.add("mcutk_lstm_s8", Kernel(("UNIDIRECTIONAL_SEQUENCE_LSTM",), _call))
