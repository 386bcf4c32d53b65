"""Every record class of the package, and a filled example of each, made from the types of its fields."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import types
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from mcu_toolkit import records

_PLAIN: dict[Any, Any] = {str: "text", int: 7, float: 0.25, bool: True, Any: {"any": [1, "x"]}}


def record_kinds() -> Iterator[type[Any]]:
    """All classes with a schema."""
    for module in pkgutil.iter_modules(records.__path__, "mcu_toolkit.records."):
        for kind in vars(importlib.import_module(module.name)).values():
            own = isinstance(kind, type) and kind.__module__ == module.name and dataclasses.is_dataclass(kind)
            if own and hasattr(kind, "SCHEMA"):
                yield kind


def example(kind: Any, *, filled: bool = True) -> Any:
    """An example value of a type; `filled`: with optional values and with elements in lists."""
    outer, inner = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if outer in (Union, types.UnionType):
        options = [option for option in inner if option is not type(None)]
        return example(options[0], filled=filled) if filled or len(options) == len(inner) else None
    if outer is tuple:
        if inner[1:] == (Ellipsis,):
            return (example(inner[0], filled=filled),) * (2 if filled else 0)
        return tuple(example(item, filled=filled) for item in inner)
    if outer is not None and issubclass(outer, Mapping):
        return {"name": example(inner[1], filled=filled)} if filled else {}
    hints = get_type_hints(kind)
    return kind(**{field.name: example(hints[field.name], filled=filled) for field in dataclasses.fields(kind)})
