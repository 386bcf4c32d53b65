"""Reads and writes records: frozen dataclasses that each stand for one JSON document.

A record class names its document by a class attribute ``SCHEMA`` such as ``mcutk.bench/1``; `dump` writes it first.
`load` checks the schema, the type of every value and every key without a default, so that the code that uses a record
needs no checks of its own. Unknown keys are ignored: a newer writer of the same version may add keys.

Supported field types: ``str``, ``int``, ``float``, ``bool``, ``X | None``, ``tuple[X, ...]``, ``tuple[X, Y]``,
``Mapping[str, X]``, ``Any`` (plain JSON), nested dataclasses and string enums. A field whose metadata holds
``{"key": "…"}`` is written under that key, and one with ``{"omit": True}`` is left out where it is None.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.workspace import atomic_write, parse_json, read_json, to_json


class Record(Protocol):
    """A frozen dataclass with the schema of its document."""

    SCHEMA: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


R = TypeVar("R", bound=Record)
T = TypeVar("T")

#: Integers up to this one are exact as float.
_EXACT = 1 << 53


def dump(record: Record) -> dict[str, Any]:
    """The document of a record as plain JSON values, ``schema`` first."""
    return {"schema": record.SCHEMA, **plain(record)}


def dumps(record: Record) -> str:
    """The document of a record as JSON text with a final newline."""
    return to_json(dump(record))


def write(path: Path, record: Record, *, private: bool = False) -> None:
    """Write the document of a record atomically; `private`: only the owner may read it.

    Raises:
        WorkspaceError: the disk refuses; the old file is untouched.
    """
    atomic_write(path, dumps(record), private=private)


def read(kind: type[R], path: Path, *, hint: str = "run the command that made it again") -> R:
    """The record of a file.

    Raises:
        WorkspaceError: it is missing or damaged, holds another kind of document, or one of an unknown version.
    """
    return load(kind, read_json(path, hint=hint), origin=str(path), hint=hint)


def loads(kind: type[R], text: str, *, origin: str = "the document", hint: str | None = None) -> R:
    """The record of a JSON text.

    Raises:
        WorkspaceError: as `read`.
    """
    return load(kind, parse_json(text, origin, hint=hint), origin=origin, hint=hint)


def load(kind: type[R], document: object, *, origin: str = "the document", hint: str | None = None) -> R:
    """The record of a document.

    Args:
        kind: its class.
        document: plain JSON values.
        origin: where it comes from, for messages.
        hint: what to try where it is refused.

    Raises:
        WorkspaceError: another schema or version, a missing key, or a value of the wrong type; the key is named.
    """
    if not isinstance(document, Mapping):
        raise WorkspaceError(
            f"{origin} is damaged", expected="a JSON object", received=type(document).__name__, hint=hint
        )
    schema = document.get("schema")
    if schema != kind.SCHEMA:
        name, _, version = kind.SCHEMA.partition("/")
        other = isinstance(schema, str) and schema.partition("/")[0] == name
        raise WorkspaceError(
            f"{origin} is of another version of mcutk" if other else f"{origin} is not a {name} document",
            expected=kind.SCHEMA if other else f"schema {kind.SCHEMA}",
            received=str(schema),
            hint=hint or f"make it again with this version of mcutk, which reads version {version}",
        )
    made: R = _build(kind, document, "", origin, hint)
    return made


def load_plain(kind: type[T], document: Mapping[str, Any], *, origin: str) -> T:
    """The dataclass of a document that others define, which has no ``schema``.

    Raises:
        WorkspaceError: a missing key, or a value of the wrong type; the key is named.
    """
    made: T = _build(kind, document, "", origin, None)
    return made


def plain(value: Any) -> Any:
    """Plain JSON values of a record, or of a dataclass of a document that others define and that has no ``schema``."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        made = {}
        for field in dataclasses.fields(value):
            item = getattr(value, field.name)
            if not (item is None and field.metadata.get("omit")):
                made[field.metadata.get("key", field.name)] = plain(item)
        return made
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _build(kind: type[Any], table: Mapping[str, Any], prefix: str, origin: str, hint: str | None) -> Any:
    values: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        key = field.metadata.get("key", field.name)
        if key in table:
            values[field.name] = _value(hints[field.name], table[key], prefix + key, origin, hint)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            if not field.metadata.get("omit"):
                raise WorkspaceError(
                    f"{origin} is damaged: the key '{prefix}{key}' is missing",
                    expected=_type_name(hints[field.name]),
                    hint=hint,
                )
            values[field.name] = None
    return kind(**values)


def _value(wanted: Any, value: Any, key: str, origin: str, hint: str | None) -> Any:
    outer, inner = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return value
    if outer in (Union, types.UnionType):
        options = [option for option in inner if option is not type(None)]
        if value is None and len(options) < len(inner):
            return None
        return _value(options[0] if len(options) == 1 else Union[tuple(options)], value, key, origin, hint)  # noqa: UP007
    if outer is tuple and isinstance(value, Sequence) and not isinstance(value, str):
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_value(inner[0], item, f"{key}[{i}]", origin, hint) for i, item in enumerate(value))
        if len(value) == len(inner):
            pairs = zip(inner, value, strict=True)
            return tuple(_value(each, item, f"{key}[{i}]", origin, hint) for i, (each, item) in enumerate(pairs))
    elif outer is not None and issubclass(outer, Mapping) and isinstance(value, Mapping):
        return {str(name): _value(inner[1], item, f"{key}.{name}", origin, hint) for name, item in value.items()}
    elif isinstance(wanted, type):
        if dataclasses.is_dataclass(wanted) and isinstance(value, Mapping):
            return _build(wanted, value, f"{key}.", origin, hint)
        if issubclass(wanted, Enum) and isinstance(value, str) and value in {item.value for item in wanted}:
            return wanted(value)
        if wanted is float and (type(value) is float or (type(value) is int and abs(value) <= _EXACT)):
            return float(value)
        if type(value) is wanted:
            return value
    raise WorkspaceError(
        f"{origin} is damaged: '{key}' has the wrong type",
        expected=_type_name(wanted),
        received=f"{value!r:.80}",
        hint=hint,
    )


def _type_name(wanted: Any) -> str:
    outer, inner = get_origin(wanted), get_args(wanted)
    if outer in (Union, types.UnionType):
        return " or ".join("null" if option is type(None) else _type_name(option) for option in inner)
    if outer is tuple:
        return "a list"
    if wanted is Any:
        return "a value"
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return " or ".join(str(item.value) for item in wanted)
    names = {str: "a string", int: "an integer", float: "a number", bool: "true or false"}
    return names.get(wanted, "an object")
