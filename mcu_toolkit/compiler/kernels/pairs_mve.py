"""Pairs of output channels, as the Helium kernels of four pixels by two channels read them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import ConstArray
from mcu_toolkit.compiler.layer import ConvLayer

#: Pixels that are computed together.
QUAD = 4
#: Members of ``mcutk_mve_channel_pair``.
_MEMBERS = ("multiplier0", "shift0", "multiplier1", "shift1", "bias0", "bias1")


def paired(channels: int) -> npt.NDArray[np.int64]:
    """The channels pair by pair; the last one of an odd number is in a pair with the one before it."""
    order = np.arange(channels + channels % 2)
    if channels % 2:
        order[-2:] = channels - 2, channels - 1
    return order


def pair_table(layer: ConvLayer) -> ConstArray:
    """A ``mcutk_mve_channel_pair`` for each pair."""
    order = paired(layer.out_c)
    table = np.zeros(len(order) // 2, [(name, np.int32) for name in _MEMBERS])
    for name in _MEMBERS:
        table[name] = getattr(layer, name[:-1])[order[int(name[-1]) :: 2]]
    return ConstArray("pairs", "mcutk_mve_channel_pair", table, layout=f"a row per two channels: {', '.join(_MEMBERS)}")
