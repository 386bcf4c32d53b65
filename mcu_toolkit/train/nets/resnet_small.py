"""Small residual network, the default teacher: learns from scratch on a CPU in minutes."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.base import Blocks, NetSpec, Network, channels
from mcu_toolkit.train.nets.registry import register

#: (output channels, stride) of each stage at width 1.
_STAGES = ((24, 1), (48, 2), (96, 2), (192, 2))


def build(spec: NetSpec) -> Any:
    """Stem with stride 2, then four stages of `depth` basic blocks (He et al., 2016)."""
    make = Blocks(spec)
    source = make.input()
    x = make.conv(source, channels(_STAGES[0][0], spec.size), "stem", stride=2)
    for stage, (filters, stride) in enumerate(_STAGES):
        for block in range(spec.depth):
            x = _basic(make, x, channels(filters, spec.size), stride if block == 0 else 1, f"stage{stage}_{block}")
    return make.head(x, source)


def _basic(make: Blocks, x: Any, filters: int, stride: int, name: str) -> Any:
    y = make.conv(x, filters, name + "_a", stride=stride)
    y = make.conv(y, filters, name + "_b", relu=False)
    if stride != 1 or x.shape[-1] != filters:
        x = make.conv(x, filters, name + "_skip", kernel=1, stride=stride, relu=False)
    return make.add(x, y, name + "_add", relu=True)


register(Network("resnet-small", "teacher", "basic residual blocks; from scratch in minutes on a CPU", build))
