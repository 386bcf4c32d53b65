"""Depthwise-separable student: the layout of MobileNetV1 (Howard et al., 2017), sized for a microcontroller."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.base import Blocks, NetSpec, Network, channels
from mcu_toolkit.train.nets.registry import register

#: (output channels, stride) of each block at width 1.
_BLOCKS = ((24, 1), (48, 2), (48, 1), (96, 2), (96, 1), (128, 2), (128, 1))


def build(spec: NetSpec) -> Any:
    """Stem with stride 2, then depthwise 3x3 + pointwise blocks; `depth` repeats the blocks of stride 1."""
    make = Blocks(spec)
    source = make.input()
    x = make.conv(source, channels(16, spec.size), "stem", stride=2)
    for index, (filters, stride) in enumerate(_BLOCKS):
        for repeat in range(spec.depth if stride == 1 else 1):
            name = f"block{index}" if repeat == 0 else f"block{index}_{repeat}"
            x = make.depthwise(x, name + "_dw", stride=stride)
            x = make.conv(x, channels(filters, spec.size), name + "_pw", kernel=1)
    return make.head(x, source)


register(Network("separable", "student", "depthwise-separable, the layout of MobileNetV1", build))
