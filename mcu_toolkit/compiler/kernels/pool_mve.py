"""AVERAGE_POOL_2D and MAX_POOL_2D with Helium, a vector of channels at a time."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.pool import AVERAGE, OPERATORS, geometry, pool_call, runs
from mcu_toolkit.targets.isa import MVE

#: Channels at a time: sums need 16 bits each.
_AVERAGE_LANES, _MAX_LANES = 8, 16
#: MCUTK_POOL_MVE_TAPS of the header.
_TAPS = 5770


def _accepts(request: Request) -> bool:
    g = geometry(request)
    return request.node.op != AVERAGE or g.kernel_h * g.kernel_w <= _TAPS


def _call(request: Request) -> Call:
    g = geometry(request)
    taps, channels = g.kernel_h * g.kernel_w, request.data.shape[3]
    if request.node.op == AVERAGE:
        pixel = 75 + -(-channels // _AVERAGE_LANES) * (65 + 18 * runs(g) + 5 * taps)
    else:
        pixel = 30 + -(-channels // _MAX_LANES) * (60 + 6 * taps)
    return pool_call(request, "mve/mcutk_pool_mve", "mve", g.out_h * g.out_w * pixel)


KERNELS.add("mcutk_pool_mve", Kernel(OPERATORS, _call, MVE.id, _accepts))
