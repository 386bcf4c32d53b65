"""UNIDIRECTIONAL_SEQUENCE_LSTM with the DSP extension."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.lstm import OPERATORS, lstm_call
from mcu_toolkit.graph.ops.lstm import prepare
from mcu_toolkit.targets.isa import DSP


def _call(request: Request) -> Call:
    p = prepare(request.graph, request.node)
    fours = -(-p.inputs // 4) + -(-p.units // 4)
    cost = p.steps * p.units * (90 + 25 * fours)
    return lstm_call(request, p, "dsp/mcutk_lstm_dsp.c", "mcutk_lstm_dsp", cost=cost, fours=True)


KERNELS.add("mcutk_lstm_dsp", Kernel(OPERATORS, _call, DSP.id))
