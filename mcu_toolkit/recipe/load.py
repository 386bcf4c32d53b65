"""Reading, checking, overriding and writing recipes."""

from __future__ import annotations

import dataclasses
import difflib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.recipe.schema import SCHEMA, Recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_T = TypeVar("_T")


def parse(document: Mapping[str, Any], origin: str = "recipe") -> Recipe:
    """A recipe from a parsed TOML document.

    Args:
        document: tables and keys; ``schema`` may stand at the top.
        origin: file name for messages.

    Raises:
        ConfigError: unknown key (with the nearest known one), wrong type, value out of range, shares that
            do not add up.
    """
    fields = dict(document)
    schema = fields.pop("schema", SCHEMA)
    if schema != SCHEMA:
        raise ConfigError(f"{origin}: this recipe has another schema", expected=SCHEMA, received=str(schema))
    recipe = _build(Recipe, fields, "", origin)
    _check_whole(recipe, origin)
    return recipe


def load(path: Path) -> Recipe:
    """Read a recipe file.

    Raises:
        ConfigError: missing, not TOML, or refused by `parse`.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"cannot read recipe {path}: {getattr(bad, 'strerror', None) or bad}") from bad
    except tomllib.TOMLDecodeError as bad:
        raise ConfigError(f"{path} is not valid TOML: {bad}", expected="a recipe, see docs/recipes.md") from bad
    return parse(document, str(path))


def shipped() -> dict[str, Path]:
    """Recipes that come with the toolkit: name → file, sorted."""
    return {path.parent.name: path for path in sorted(asset_dir("models").glob("*/recipe.toml"))}


def find(name_or_path: str, project: Path | None = None) -> Path:
    """The file of a recipe: a path, ``<project>/recipes/<name>.toml``, ``<project>/<name>.toml``, or a shipped one.

    Raises:
        ConfigError: none of these exists; the text lists the shipped recipes.
    """
    given = Path(name_or_path)
    candidates = [given] if given.suffix == ".toml" else []
    if project is not None and given.name == name_or_path:
        candidates += [project / "recipes" / f"{name_or_path}.toml", project / f"{name_or_path}.toml"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    known = shipped()
    if name_or_path in known:
        return known[name_or_path]
    close = difflib.get_close_matches(name_or_path, known, n=1)
    raise ConfigError(
        f"there is no recipe '{name_or_path}'",
        expected=f"a .toml file or one of: {', '.join(known) or 'none shipped'}",
        hint=f"did you mean '{close[0]}'?" if close else "mcutk init --recipe phantom makes a recipe to start from",
    )


def override(recipe: Recipe, key: str, text: str) -> Recipe:
    """The recipe with one key replaced, as ``--set student.width=0.5`` asks.

    Args:
        recipe: the recipe to start from; it is not changed.
        key: dotted, for example ``student.width`` or ``seed``.
        text: a TOML value; a bare word counts as a string, ``a,b`` as a list where the key is a list.

    Raises:
        ConfigError: unknown key, or a value that does not fit.
    """
    document = to_document(recipe)
    table: dict[str, Any] = document
    *tables, last = key.split(".")
    for name in tables:
        if not isinstance(table.get(name), dict):
            raise _unknown(name, [k for k, v in table.items() if isinstance(v, dict)], "--set", "section")
        table = table[name]
    if last not in table or isinstance(table[last], dict):
        raise _unknown(key, [k for k, _ in _walk(document)], "--set", "key")
    table[last] = _value(text, is_list=isinstance(table[last], list), is_text=isinstance(table[last], str))
    return parse(document, f"--set {key}")


def to_document(recipe: Recipe) -> dict[str, Any]:
    """Plain tables and values, every key present, ``schema`` first."""
    return {"schema": SCHEMA, **_plain(dataclasses.asdict(recipe))}


def to_toml(recipe: Recipe) -> str:
    """The resolved recipe as TOML text; `parse` of it gives an equal recipe."""
    document = to_document(recipe)
    lines = [f"{key} = {_toml(value)}" for key, value in document.items() if not isinstance(value, dict)]
    for name, table in document.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class KeyInfo:
    """One key for documentation: dotted name, type, default as TOML, meaning and allowed values."""

    key: str
    type: str
    default: str
    meaning: str
    allowed: str


def describe() -> Iterator[KeyInfo]:
    """Every key of a recipe, in order."""
    yield from _describe(Recipe, "")


def _describe(cls: type[Any], prefix: str) -> Iterator[KeyInfo]:
    hints = get_type_hints(cls)
    for item in dataclasses.fields(cls):
        if dataclasses.is_dataclass(hints[item.name]):
            yield from _describe(hints[item.name], f"{item.name}.")
            continue
        meta = item.metadata
        allowed = ", ".join(_toml(choice) for choice in meta["choices"])
        if not allowed and meta["low"] is not None:
            allowed = f"≥ {meta['low']:g}" if meta["high"] is None else f"{meta['low']:g} … {meta['high']:g}"
        default = list(item.default) if isinstance(item.default, tuple) else item.default
        yield KeyInfo(prefix + item.name, _type_name(hints[item.name]), _toml(default), meta["meaning"], allowed)


def _build(cls: type[_T], fields: Mapping[str, Any], prefix: str, origin: str) -> _T:
    hints = get_type_hints(cls)
    known = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in fields.items():
        if key not in known:
            raise _unknown(prefix + key, [prefix + name for name in known], origin, "key")
        wanted = hints[key]
        if dataclasses.is_dataclass(wanted):
            if not isinstance(value, Mapping):
                raise _wrong_type(prefix + key, "a table", value, origin)
            values[key] = _build(wanted, value, f"{key}.", origin)  # type: ignore[arg-type]
        else:
            values[key] = _checked(prefix + key, value, wanted, known[key].metadata, origin)
    return cls(**values)


def _checked(key: str, value: Any, wanted: Any, meta: Mapping[str, Any], origin: str) -> Any:
    if get_origin(wanted) is tuple:
        element = get_args(wanted)[0]
        if not isinstance(value, (list, tuple)) or not all(type(item) is element for item in value):
            raise _wrong_type(key, f"a list of {element.__name__}", value, origin)
        return tuple(value)
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        raise _wrong_type(key, _type_name(wanted), value, origin)
    if meta["choices"] and value not in meta["choices"]:
        options = ", ".join(_toml(choice) for choice in meta["choices"])
        raise ConfigError(f"{origin}: {key} has a value that is not allowed", expected=options, received=_toml(value))
    low, high = meta["low"], meta["high"]
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        limits = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
        raise ConfigError(f"{origin}: {key} is out of range", expected=limits, received=str(value))
    return value


def _check_whole(recipe: Recipe, origin: str) -> None:
    """Conditions that span several keys."""
    total = recipe.split.train + recipe.split.validation + recipe.split.test
    if abs(total - 1.0) > 1e-6 or recipe.split.train == 0.0 or recipe.split.validation + recipe.split.test == 0.0:
        raise ConfigError(
            f"{origin}: the shares of [split] do not make a division",
            expected="train + validation + test = 1, with something to train on and something held out",
            received=f"{recipe.split.train} + {recipe.split.validation} + {recipe.split.test}",
        )
    if not recipe.name or not all(c.isascii() and (c.isalnum() or c in "-_") for c in recipe.name):
        raise ConfigError(
            f"{origin}: name is not an identifier", expected="letters, digits, - and _", received=recipe.name
        )
    if recipe.distill.enabled and not recipe.teacher.networks and not recipe.teacher.logits:
        raise ConfigError(
            f"{origin}: distillation without a teacher",
            expected="teacher.networks or teacher.logits",
            hint="--set distill.enabled=false",
        )
    if len(set(recipe.data.classes)) != len(recipe.data.classes):
        raise ConfigError(f"{origin}: data.classes names a class twice", received=", ".join(recipe.data.classes))


def _unknown(key: str, known: list[str], origin: str, what: str) -> ConfigError:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return ConfigError(
        f"{origin}: unknown {what} '{key}'",
        expected=f"one of: {', '.join(known)}" if len(known) <= 16 else "a key of docs/recipes.md",
        hint=f"did you mean '{close[0]}'?" if close else None,
    )


def _wrong_type(key: str, expected: str, value: Any, origin: str) -> ConfigError:
    return ConfigError(f"{origin}: {key} has the wrong type", expected=expected, received=f"{value!r}")


def _type_name(wanted: Any) -> str:
    if get_origin(wanted) is tuple:
        return f"list of {get_args(wanted)[0].__name__}"
    return {"str": "string", "int": "integer", "float": "number", "bool": "true or false"}[wanted.__name__]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _walk(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _walk(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _value(text: str, *, is_list: bool, is_text: bool) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        value = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
    if is_text and not isinstance(value, str):
        return text
    return [value] if is_list and not isinstance(value, list) else value


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def _toml(value: Any) -> str:
    """A TOML value; floats in the shortest form that reads back equal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        plain = "".join(_ESCAPES.get(c, c if c.isprintable() or ord(c) > 0x9F else f"\\u{ord(c):04X}") for c in value)
        return f'"{plain}"'
    return repr(value)
