"""DenseNet-121 (Huang et al., 2017), by keras.applications."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.train.nets.applications import build_application
from mcu_toolkit.train.nets.base import NetSpec, Network


def build(spec: NetSpec) -> Any:
    """The published network with a new head."""
    return build_application(spec, "DenseNet121", "torch", 32)


NETWORK = Network("densenet121", "teacher", "DenseNet-121, ImageNet weights optional", build, foldable=False)
