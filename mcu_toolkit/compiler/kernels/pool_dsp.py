"""AVERAGE_POOL_2D and MAX_POOL_2D with the DSP extension, four channels at a time."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.pool import AVERAGE, OPERATORS, geometry, pool_call, runs
from mcu_toolkit.targets.isa import DSP


def _call(request: Request) -> Call:
    g = geometry(request)
    taps = g.kernel_h * g.kernel_w
    groups, rest = divmod(request.data.shape[3], 4)  # channels that are left over are computed one by one
    if request.node.op == AVERAGE:
        pixel = 67 + groups * (86 + 5 * runs(g) + 6 * taps) + rest * (35 + 6 * taps)
    else:
        pixel = 62 + groups * (60 + 12 * g.kernel_h + 6 * taps) + rest * (24 + 10 * taps)
    return pool_call(request, "dsp/mcutk_pool_dsp", "dsp", g.out_h * g.out_w * pixel)


KERNELS.add("mcutk_pool_dsp", Kernel(OPERATORS, _call, DSP.id))
