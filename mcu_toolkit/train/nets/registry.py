"""The registry of networks, by the name that recipes write."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.registry import Registry
from mcu_toolkit.train.nets.base import NetSpec, Network

_PACKAGE = "mcu_toolkit.train.nets"
#: Students first; within a role, small networks first: the order of lists and messages.
NETWORKS: Registry[Network] = Registry(
    "network",
    builtin=(
        f"{_PACKAGE}.separable",
        f"{_PACKAGE}.mobilenet_tiny",
        f"{_PACKAGE}.resnet8",
        f"{_PACKAGE}.ds_cnn",
        f"{_PACKAGE}.densenet_tiny",
        f"{_PACKAGE}.resnet_small",
        f"{_PACKAGE}.densenet",
        f"{_PACKAGE}.applications",
    ),
)


def register(network: Network) -> Network:
    """Add a network under its own name.

    Raises:
        ConfigError: the name is taken.
    """
    return NETWORKS.add(network.name, network)


def build(name: str, spec: NetSpec) -> Any:
    """The Keras model of a network.

    Raises:
        ConfigError: no such network, or not with this specification.
    """
    return NETWORKS.find(name).build(spec)
