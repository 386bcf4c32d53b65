"""MEAN and SUM with the DSP extension: four neighbouring outputs at a time."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.mean import OPERATORS, kept_loops, reduce_call
from mcu_toolkit.targets.isa import DSP


def _accepts(request: Request) -> bool:
    """The innermost kept axis is dense and has at least four elements."""
    kept = kept_loops(request)
    return bool(kept) and kept[-1][1] == 1 and kept[-1][0] >= 4


def _call(request: Request) -> Call:
    cost = 2 * request.data.elements + 45 * request.result.elements
    return reduce_call(request, "mcutk_reduce_dsp", "dsp/mcutk_reduce_dsp", cost)


KERNELS.add("mcutk_reduce_dsp", Kernel(OPERATORS, _call, DSP.id, _accepts))
