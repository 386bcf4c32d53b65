"""Frozen dataclasses from TOML tables: types are checked, unknown and missing keys refused."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean

T = TypeVar("T")
_WANTED = {str: "a string", int: "an integer", bool: "true or false", tuple[str, ...]: "a list of strings"}


def build(cls: type[T], table: Mapping[str, Any], origin: str, page: str, prefix: str = "") -> T:
    """A dataclass from a TOML table.

    Fields are ``str``, ``int``, ``bool``, ``tuple[str, ...]``, ``Mapping[str, int]``, dataclasses, or one of these or
    None.

    Args:
        cls: the dataclass.
        table: the parsed table.
        origin: the file, for messages.
        page: the page of documentation that explains the keys, for messages.
        prefix: dotted path of the table, with a final dot.

    Raises:
        ConfigError: an unknown or missing key, or a value of another type; the key is named.
    """
    assert is_dataclass(cls)
    hints = get_type_hints(cls)
    known = [f.name for f in fields(cls)]
    for key in table:
        if key not in known:
            raise ConfigError(
                f"{origin}: unknown key '{prefix}{key}'",
                expected=", ".join(known),
                received=key,
                hint=did_you_mean(key, known) or f"remove it; {page} lists the keys",
            )
    values: dict[str, Any] = {}
    for item in fields(cls):
        if item.name in table:
            values[item.name] = _convert(hints[item.name], table[item.name], f"{prefix}{item.name}", origin, page)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ConfigError(f"{origin}: the key '{prefix}{item.name}' is missing", hint=f"{page} explains it")
    return cls(**values)


def _convert(hint: Any, value: Any, key: str, origin: str, page: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):  # X | None
        hint = next(option for option in get_args(hint) if option is not type(None))
    if is_dataclass(hint) and isinstance(value, dict):
        return build(hint, value, origin, page, f"{key}.")  # type: ignore[arg-type]
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if hint == Mapping[str, int] and isinstance(value, dict) and all(type(v) is int for v in value.values()):
        return dict(value)
    if hint in (str, int, bool) and type(value) is hint:
        return value
    raise ConfigError(
        f"{origin}: '{key}' has the wrong type", expected=_WANTED.get(hint, "a table"), received=f"{value!r}"
    )
