"""AVERAGE_POOL_2D and MAX_POOL_2D with the DSP extension: four channels at a time."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.pool import OPERATORS, geometry, pool_call
from mcu_toolkit.targets.isa import DSP


def _call(request: Request) -> Call:
    g = geometry(request)
    groups = -(-request.data.shape[3] // 4)
    group = 60 + 12 * g.kernel_h + 6 * g.kernel_h * g.kernel_w
    return pool_call(request, "dsp/mcutk_pool_dsp", "dsp", g.out_h * g.out_w * (60 + groups * group))


KERNELS.add("mcutk_pool_dsp", Kernel(OPERATORS, _call, DSP.id))
