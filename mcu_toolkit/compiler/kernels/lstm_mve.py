"""UNIDIRECTIONAL_SEQUENCE_LSTM with Helium."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.lstm import OPERATORS, lstm_call
from mcu_toolkit.graph.ops.lstm import prepare
from mcu_toolkit.targets.isa import MVE


def _call(request: Request) -> Call:
    p = prepare(request.graph, request.node)
    blocks = -(-p.inputs // 16) + -(-p.units // 16)
    cost = p.steps * p.units * (80 + 10 * blocks)
    return lstm_call(request, p, "mve/mcutk_lstm_mve.c", "mcutk_lstm_mve", cost=cost)


KERNELS.add("mcutk_lstm_mve", Kernel(OPERATORS, _call, MVE.id))
