"""Names of networks → their files, imported on demand."""

from __future__ import annotations

import difflib
import importlib
from typing import Any

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.train.nets.base import NetSpec, Network

#: Name as recipes write it → module beside this one.
_FILES: dict[str, str] = {
    "separable": "separable",
    "mobilenet-tiny": "mobilenet_tiny",
    "resnet-8": "resnet8",
    "ds-cnn": "ds_cnn",
    "densenet-tiny": "densenet_tiny",
    "resnet-small": "resnet_small",
    "densenet": "densenet",
    "densenet121": "densenet121",
    "resnet50": "resnet50",
    "efficientnetb3": "efficientnet_b3",
    "vgg16": "vgg16",
    "vgg19": "vgg19",
    "xception": "xception",
    "nasnetmobile": "nasnet_mobile",
    "mobilenetv2": "mobilenet_v2",
}


def names() -> tuple[str, ...]:
    """All networks."""
    return tuple(_FILES)


def network(name: str) -> Network:
    """A network by name.

    Raises:
        ConfigError: there is none.
    """
    if name not in _FILES:
        close = difflib.get_close_matches(name, _FILES, n=1)
        raise ConfigError(
            f"there is no network '{name}'",
            expected=", ".join(_FILES),
            hint=f"did you mean '{close[0]}'?" if close else None,
        )
    found: Network = importlib.import_module(f"mcu_toolkit.train.nets.{_FILES[name]}").NETWORK
    return found


def build(name: str, spec: NetSpec) -> Any:
    """The Keras model of a network.

    Raises:
        ConfigError: no such network, or not with this specification.
    """
    return network(name).build(spec)
