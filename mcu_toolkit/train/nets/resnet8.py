"""ResNet-8 (the image classification network of MLPerf Tiny; He et al., 2016): three residual blocks."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.base import Blocks, NetSpec, Network, channels
from mcu_toolkit.train.nets.registry import register

#: Output channels of each stage at width 1.
_STAGES = (16, 32, 64)


def build(spec: NetSpec) -> Any:
    """Stem, then three stages of `depth` blocks; from 64 pixels on the stem has stride 2, to keep the RAM small."""
    make = Blocks(spec)
    source = make.input()
    x = make.conv(
        source, channels(_STAGES[0], spec.size), "stem", stride=2 if min(spec.height, spec.width) >= 64 else 1
    )
    for stage, count in enumerate(_STAGES):
        filters = channels(count, spec.size)
        for block in range(spec.depth):
            stride = 2 if stage > 0 and block == 0 else 1
            name = f"stage{stage}_{block}"
            y = make.conv(x, filters, name + "_a", stride=stride)
            y = make.conv(y, filters, name + "_b", relu=False)
            if stride != 1 or x.shape[-1] != filters:
                x = make.conv(x, filters, name + "_skip", kernel=1, stride=stride, relu=False)
            x = make.add(x, y, name + "_add", relu=True)
    return make.head(x, source)


register(Network("resnet-8", "student", "three residual blocks, as MLPerf Tiny has it", build))
