"""MobileNetV2 (Sandler et al., 2018), by keras.applications; `width` is its alpha."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.applications import build_application
from mcu_toolkit.train.nets.base import NetSpec, Network


def build(spec: NetSpec) -> Any:
    """The published network with a new head."""
    return build_application(spec, "MobileNetV2", "signed", 32, alpha=spec.size)


NETWORK = Network("mobilenetv2", "teacher", "MobileNetV2, ImageNet weights optional", build, foldable=False)
