"""DenseNet for a microcontroller: three short blocks of small growth."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.base import NetSpec, Network, channels
from mcu_toolkit.train.nets.densenet import assemble
from mcu_toolkit.train.nets.registry import register


def build(spec: NetSpec) -> Any:
    """Blocks of 2, 3, 3 layers, growth 8 at width 1; each step of `depth` adds a layer to every block."""
    extra = spec.depth - 1
    return assemble(spec, (2 + extra, 3 + extra, 3 + extra), channels(8, spec.size))


register(Network("densenet-tiny", "student", "three short dense blocks", build))
