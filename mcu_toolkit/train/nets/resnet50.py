"""ResNet-50 (He et al., 2016), by keras.applications."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.applications import build_application
from mcu_toolkit.train.nets.base import NetSpec, Network


def build(spec: NetSpec) -> Any:
    """The published network with a new head."""
    return build_application(spec, "ResNet50", "caffe", 32)


NETWORK = Network("resnet50", "teacher", "ResNet-50, ImageNet weights optional", build, foldable=False)
