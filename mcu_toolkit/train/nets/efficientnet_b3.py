"""EfficientNet-B3 (Tan and Le, 2019), by keras.applications."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.applications import build_application
from mcu_toolkit.train.nets.base import NetSpec, Network


def build(spec: NetSpec) -> Any:
    """The published network with a new head."""
    return build_application(spec, "EfficientNetB3", "raw", 32)


NETWORK = Network("efficientnetb3", "teacher", "EfficientNet-B3, ImageNet weights optional", build, foldable=False)
