"""AVERAGE_POOL_2D and MAX_POOL_2D with Helium, a vector of channels at a time."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.pool import AVERAGE, OPERATORS, geometry, pool_call
from mcu_toolkit.targets.isa import MVE

#: Channels at a time: sums need 16 bits each.
_AVERAGE_LANES, _MAX_LANES = 8, 16


def _call(request: Request) -> Call:
    g = geometry(request)
    taps, channels = g.kernel_h * g.kernel_w, request.data.shape[3]
    if request.node.op == AVERAGE:
        measured = 65 + -(-channels // _AVERAGE_LANES) * (138 + 11 * taps) + 20 * channels
        pixel = measured * 9 // 10  # preferred to the DSP variant where the two are close: its code is smaller
    else:
        pixel = 30 + -(-channels // _MAX_LANES) * (60 + 6 * taps)
    return pool_call(request, "mve/mcutk_pool_mve", "mve", g.out_h * g.out_w * pixel)


KERNELS.add("mcutk_pool_mve", Kernel(OPERATORS, _call, MVE.id))
