"""DenseNet of any depth (Huang et al., 2017), with bottlenecks and compression.

Convolutions come before their normalization (after it in the paper), so that the network can be folded: DenseNet-32 can
be a student, DenseNet-101 a teacher. Depth counts as in the paper: the stem, two convolutions per dense layer, one per
transition, and the classifier; odd depths have four blocks (121 as published: 6, 12, 24, 16), even ones three.
"""

from __future__ import annotations

from typing import Any

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.train.nets.base import Blocks, NetSpec, Network, channels
from mcu_toolkit.train.nets.registry import register

_SHARES = {4: (6, 12, 24, 16), 3: (1, 1, 1)}
_DEFAULT_DEPTH = 101
_GROWTH = 12


def layers_of(depth: int) -> tuple[int, ...]:
    """Number of dense layers in each block.

    Raises:
        ConfigError: too shallow.
    """
    blocks = 4 if depth % 2 else 3
    total = (depth - 1 - blocks) // 2
    if total < blocks:
        raise ConfigError(
            "this DenseNet is too shallow",
            expected="an even depth from 10 on, or an odd one from 13 on",
            received=str(depth),
        )
    shares = _SHARES[blocks]
    counts = [max(1, total * share // sum(shares)) for share in shares]
    order = sorted(range(blocks), key=lambda i: -shares[i])
    for i in range(total - sum(counts)):
        counts[order[i % blocks]] += 1
    while sum(counts) > total:
        counts[counts.index(max(counts))] -= 1
    return tuple(counts)


def build(spec: NetSpec) -> Any:
    """Growth 12 at width 1 (32, as on ImageNet, at width 2.67); `depth` counts layers, 1 means 101."""
    return assemble(spec, layers_of(_DEFAULT_DEPTH if spec.depth == 1 else spec.depth), channels(_GROWTH, spec.size))


def assemble(spec: NetSpec, blocks: tuple[int, ...], growth: int) -> Any:
    """Stem with stride 2, dense blocks with transitions between them, head."""
    make = Blocks(spec)
    source = make.input()
    x = make.conv(source, 2 * growth, "stem", stride=2)
    for number, count in enumerate(blocks):
        if number:
            x = make.conv(x, max(4, x.shape[-1] // 2), f"transition{number}", kernel=1)
            x = make.layers.AveragePooling2D(2, padding="same", name=f"transition{number}_pool")(x)
        for layer in range(count):
            name = f"block{number}_{layer}"
            y = make.conv(x, 4 * growth, name + "_a", kernel=1)
            y = make.conv(y, growth, name + "_b")
            x = make.layers.Concatenate(name=name + "_join")([x, y])
    return make.head(x, source)


register(
    Network(
        "densenet",
        "teacher",
        "DenseNet of any depth (teacher.depth = 101, 32, …); can be folded, so also a student",
        build,
    )
)
