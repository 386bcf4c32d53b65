"""MobileNetV2-style student (Sandler et al., 2018): inverted residuals with linear bottlenecks, few channels."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.base import Blocks, NetSpec, Network, channels
from mcu_toolkit.train.nets.registry import register

#: (expansion, output channels, repeats, stride of the first block) of each stage at width 1.
_STAGES = ((1, 8, 1, 1), (4, 16, 2, 2), (4, 24, 2, 2), (4, 40, 2, 2), (4, 64, 1, 1))


def build(spec: NetSpec) -> Any:
    """Stem with stride 2, the stages above, a last pointwise layer; each step of `depth` adds a block to a stage."""
    make = Blocks(spec)
    source = make.input()
    x = make.conv(source, channels(16, spec.size), "stem", stride=2)
    for stage, (expansion, filters, repeats, stride) in enumerate(_STAGES):
        for block in range(repeats + spec.depth - 1):
            width = channels(filters, spec.size)
            x = _inverted(make, x, expansion, width, stride if block == 0 else 1, f"stage{stage}_{block}")
    x = make.conv(x, channels(128, spec.size), "last", kernel=1)
    return make.head(x, source)


def _inverted(make: Blocks, x: Any, expansion: int, filters: int, stride: int, name: str) -> Any:
    y = make.conv(x, x.shape[-1] * expansion, name + "_expand", kernel=1) if expansion > 1 else x
    y = make.depthwise(y, name + "_dw", stride=stride)
    y = make.conv(y, filters, name + "_project", kernel=1, relu=False)
    return make.add(x, y, name + "_add", relu=False) if stride == 1 and x.shape[-1] == filters else y


register(Network("mobilenet-tiny", "student", "inverted residuals, the layout of MobileNetV2", build))
