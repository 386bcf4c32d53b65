"""AVERAGE_POOL_2D and MAX_POOL_2D with Helium: a vector of channels at a time."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.pool import AVERAGE, MAX, OPERATORS, geometry, pool_call
from mcu_toolkit.targets.isa import MVE

#: Channels at a time; sums need 16 bits each.
_LANES = {AVERAGE: 8, MAX: 16}


def _call(request: Request) -> Call:
    g = geometry(request)
    groups = -(-request.data.shape[3] // _LANES[request.node.op])
    cost = g.out_h * g.out_w * groups * (60 + 6 * g.kernel_h * g.kernel_w)
    return pool_call(request, "mve/mcutk_pool_mve", "mve", cost)


KERNELS.add("mcutk_pool_mve", Kernel(OPERATORS, _call, MVE.id))
