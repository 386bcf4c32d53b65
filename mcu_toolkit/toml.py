"""Typed TOML: tables to frozen dataclasses and back. Recipes, board descriptors and project files are read here.

A field made with `key` also states its meaning, its range and its choices. Every error names the file, the key, what
was expected and what was received. Unknown keys are refused with the nearest known one.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

#: Up to so many keys are listed in the message about an unknown one.
_LISTED = 16

#: Longer files are refused: a recipe has some kilobytes.
_MOST_BYTES = 1 << 20


def key(
    default: Any = dataclasses.MISSING,
    meaning: str = "",
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Any, ...] = (),
    pattern: str = "",
    form: str = "",
    factory: Any = dataclasses.MISSING,
) -> Any:
    """A dataclass field that is a key of a TOML table.

    Args:
        default: its value where the key is absent; without one the key is required.
        meaning: one line for the documentation.
        low, high: least and greatest number allowed.
        choices: the values allowed.
        pattern: regular expression that a whole string must match.
        form: the pattern in words.
        factory: makes the default of a table; instead of `default`.
    """
    metadata = {"meaning": meaning, "low": low, "high": high, "choices": choices, "pattern": pattern, "form": form}
    if factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def read(path: Path, what: str, *, hint: str | None = None) -> dict[str, Any]:
    """The tables of a TOML file.

    Args:
        path: the file.
        what: what it holds, with its article, for messages: ``a recipe``.
        hint: what to try where it is not TOML.

    Raises:
        ConfigError: it cannot be read, or is not TOML.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ConfigError(f"{path} is too long", expected=f"{what} of at most {_MOST_BYTES} bytes")
        return tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as bad:
        reason = getattr(bad, "strerror", None) or bad
        raise ConfigError(f"cannot read {path}: {reason}", expected=what) from bad
    except (tomllib.TOMLDecodeError, RecursionError) as bad:
        raise ConfigError(f"{path} is not valid TOML: {bad}", expected=what, hint=hint) from bad


def value_of(text: str) -> Any:
    """The value that `text` stands for in TOML, for example ``0.5`` or ``["a", "b"]``.

    Raises:
        ValueError: it is no TOML value.
    """
    try:
        table = tomllib.loads(f"value = {text}")
    except RecursionError as bad:
        raise ValueError("nested too deeply") from bad
    if set(table) != {"value"}:
        raise ValueError("more than one value")
    return table["value"]


def build(kind: type[T], table: Mapping[str, Any], *, origin: str, hint: str | None = None, prefix: str = "") -> T:
    """A dataclass from a table.

    Args:
        kind: the dataclass. Field types: ``str``, ``int``, ``float``, ``bool``, tuples of one of them, a mapping of
            strings to one of them, nested dataclasses, and each of these ``| None``.
        table: keys and values.
        origin: file name for messages.
        hint: what to try where a key is unknown and no known one is near, for example the page that lists the keys.
        prefix: dotted name of the table with a final dot; empty at the top.

    Raises:
        ConfigError: an unknown or missing key, a wrong type, or a value that is not allowed.
    """
    known = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise unknown_key(prefix + name, [prefix + each for each in known], origin=origin, hint=hint)
        field = known[name]
        values[name] = _converted(hints[name], value, field, prefix + name, origin, hint)
    for name, field in known.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in values:
            raise ConfigError(f"{origin}: the key '{prefix}{name}' is missing", hint=hint)
    return kind(**values)


def unknown_key(name: str, known: list[str], *, origin: str, hint: str | None = None) -> ConfigError:
    """The error for a key that does not exist."""
    return ConfigError(
        f"{origin}: unknown key '{name}'",
        expected=f"one of: {', '.join(known)}" if len(known) <= _LISTED else None,
        received=name,
        hint=did_you_mean(name, known) or hint,
    )


def _converted(wanted: Any, value: Any, field: dataclasses.Field[Any], name: str, origin: str, hint: str | None) -> Any:
    if get_origin(wanted) in (Union, types.UnionType):
        (wanted,) = (option for option in get_args(wanted) if option is not type(None))
    outer = get_origin(wanted)
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        if isinstance(value, Mapping):
            return build(wanted, value, origin=origin, hint=hint, prefix=f"{name}.")
        raise _wrong_type(wanted, value, name, origin)
    if outer is tuple:
        element = get_args(wanted)[0]
        if not isinstance(value, (list, tuple)) or not all(type(item) is element for item in value):
            raise _wrong_type(wanted, value, name, origin)
        _check_each({f"{name}[{place}]": item for place, item in enumerate(value)}, field.metadata, origin)
        return tuple(value)
    if outer is not None and issubclass(outer, Mapping):
        element = get_args(wanted)[1]
        if not isinstance(value, Mapping) or not all(type(item) is element for item in value.values()):
            raise _wrong_type(wanted, value, name, origin)
        _check_each({f"{name}.{each}": item for each, item in value.items()}, field.metadata, origin)
        return dict(value)
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        raise _wrong_type(wanted, value, name, origin)
    _check(value, field.metadata, name, origin)
    return value


def _check_each(values: Mapping[str, Any], limits: Mapping[str, Any], origin: str) -> None:
    """Range of the numbers of a list or table; choices and patterns are stated for single values only."""
    for name, value in values.items():
        if limits and not isinstance(value, str):
            _check(value, {**limits, "choices": (), "pattern": ""}, name, origin)


def _check(value: Any, limits: Mapping[str, Any], name: str, origin: str) -> None:
    """Choices, range and pattern of a key that states them."""
    if not limits:
        return
    if limits["choices"] and value not in limits["choices"]:
        options = ", ".join(literal(choice) for choice in limits["choices"])
        raise ConfigError(f"{origin}: '{name}' has a value that is not allowed", expected=options, received=str(value))
    low, high = limits["low"], limits["high"]
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise ConfigError(f"{origin}: '{name}' is out of range", expected=_range(low, high), received=str(value))
    if limits["pattern"] and not re.fullmatch(limits["pattern"], value):
        raise ConfigError(f"{origin}: '{name}' is malformed", expected=limits["form"], received=value)


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"


def _wrong_type(wanted: Any, value: Any, name: str, origin: str) -> ConfigError:
    return ConfigError(
        f"{origin}: '{name}' has the wrong type", expected=type_name(wanted, article=True), received=f"{value!r:.80}"
    )


def type_name(wanted: Any, *, article: bool = False) -> str:
    """A field's type in words, for messages and documentation."""
    outer = get_origin(wanted)
    if outer is tuple:
        name = f"list of {type_name(get_args(wanted)[0])}s"
    elif outer is not None or dataclasses.is_dataclass(wanted):
        name = "table"
    else:
        name = {"str": "string", "int": "integer", "float": "number", "bool": "true or false"}[wanted.__name__]
    if not article or wanted is bool:
        return name
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def dumps(document: Mapping[str, Any]) -> str:
    """A document of top-level keys and one level of tables as TOML text."""
    lines = [f"{name} = {literal(value)}" for name, value in document.items() if not isinstance(value, Mapping)]
    for name, table in document.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{name}]", *(f"{each} = {literal(value)}" for each, value in table.items())]
    return "\n".join(lines) + "\n"


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def literal(value: Any) -> str:
    """A TOML value; numbers in the shortest form that reads back equal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, str):
        plain = "".join(_ESCAPES.get(c, c if c.isprintable() or ord(c) > 0x9F else f"\\u{ord(c):04X}") for c in value)
        return f'"{plain}"'
    return repr(value)
