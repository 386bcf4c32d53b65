"""NASNet-A mobile (Zoph et al., 2018), by keras.applications."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.applications import build_application
from mcu_toolkit.train.nets.base import NetSpec, Network


def build(spec: NetSpec) -> Any:
    """The published network with a new head."""
    return build_application(spec, "NASNetMobile", "signed", 32)


NETWORK = Network("nasnetmobile", "teacher", "NASNet-A mobile, ImageNet weights optional", build, foldable=False)
