"""The registry of networks, by the name that recipes write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mcu_toolkit.registry import Registry, modules_of
from mcu_toolkit.train.nets.base import NetSpec, Network

#: All networks; the modules beside this one are found by looking and register theirs.
NETWORKS: Registry[Network] = Registry("network", builtin=modules_of(__package__, [str(Path(__file__).parent)]))


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
