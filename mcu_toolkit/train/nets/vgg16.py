"""VGG-16 (Simonyan and Zisserman, 2015), by keras.applications."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.applications import build_application
from mcu_toolkit.train.nets.base import NetSpec, Network


def build(spec: NetSpec) -> Any:
    """The published network with a new head."""
    return build_application(spec, "VGG16", "caffe", 32)


NETWORK = Network("vgg16", "teacher", "VGG-16, ImageNet weights optional", build, foldable=False)
