"""DS-CNN (Zhang et al., "Hello Edge", 2017): one convolution, then equal depthwise-separable blocks."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.base import Blocks, NetSpec, Network, channels
from mcu_toolkit.train.nets.registry import register

_BLOCKS = 4


def build(spec: NetSpec) -> Any:
    """Stem of 5x5 with stride 2; one block with stride 2, so that images fit as spectrograms do; then equal blocks."""
    make = Blocks(spec)
    source = make.input()
    filters = channels(64, spec.size)
    x = make.conv(source, filters, "stem", kernel=5, stride=2)
    for block in range(_BLOCKS + spec.depth - 1):
        x = make.depthwise(x, f"block{block}_dw", stride=2 if block < 2 else 1)
        x = make.conv(x, filters, f"block{block}_pw", kernel=1)
    return make.head(x, source)


register(Network("ds-cnn", "student", "one convolution and equal depthwise-separable blocks", build))
