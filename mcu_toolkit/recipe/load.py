"""Reads, checks, overrides and writes recipes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from mcu_toolkit import toml
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.recipe.schema import SCHEMA, Recipe
from mcu_toolkit.suggest import did_you_mean

_PAGE = "docs/recipes.md lists the keys"


def parse(document: Mapping[str, Any], origin: str = "recipe") -> Recipe:
    """A recipe from a parsed TOML document.

    Args:
        document: tables and keys; ``schema`` may stand at the top.
        origin: file name for messages.

    Raises:
        ConfigError: unknown key (with the nearest known one), wrong type, value out of range, or shares of the split
            that do not add up to 1.
    """
    tables = dict(document)
    schema = tables.pop("schema", SCHEMA)
    if schema != SCHEMA:
        raise ConfigError(f"{origin}: this recipe has another schema", expected=SCHEMA, received=str(schema))
    recipe = toml.build(Recipe, tables, origin=origin, hint=_PAGE)
    _check_whole(recipe, origin)
    return recipe


def load(path: Path) -> Recipe:
    """Read a recipe file.

    Raises:
        ConfigError: missing, not TOML, or refused by `parse`.
    """
    return parse(toml.read(path, "a recipe", hint=_PAGE), str(path))


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
    raise ConfigError(
        f"there is no recipe '{name_or_path}'",
        expected=f"a .toml file or one of: {', '.join(known) or 'none shipped'}",
        hint=did_you_mean(name_or_path, known) or "mcutk init --recipe phantom makes a recipe to start from",
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
            raise _unknown(key, document)
        table = table[name]
    if last not in table or isinstance(table[last], dict):
        raise _unknown(key, document)
    table[last] = _value(text, is_list=isinstance(table[last], list), is_text=isinstance(table[last], str))
    return parse(document, f"--set {key}")


def to_document(recipe: Recipe) -> dict[str, Any]:
    """Plain tables and values, every key present, ``schema`` first."""
    return {"schema": SCHEMA, **_plain(dataclasses.asdict(recipe))}


def to_toml(recipe: Recipe) -> str:
    """The resolved recipe as TOML text; `parse` of it gives an equal recipe."""
    return toml.dumps(to_document(recipe))


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
        allowed = ", ".join(toml.literal(choice) for choice in meta["choices"])
        if not allowed and meta["low"] is not None:
            low, high = (
                f"{limit:g}" if isinstance(limit, float) else str(limit) for limit in (meta["low"], meta["high"])
            )
            allowed = f"≥ {low}" if meta["high"] is None else f"{low} … {high}"
        default = list(item.default) if isinstance(item.default, tuple) else item.default
        yield KeyInfo(
            prefix + item.name, toml.type_name(hints[item.name]), toml.literal(default), meta["meaning"], allowed
        )


def _check_whole(recipe: Recipe, origin: str) -> None:
    """Conditions on several keys together."""
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


def _unknown(key: str, document: Mapping[str, Any]) -> ConfigError:
    return toml.unknown_key(key, [name for name, _ in _walk(document)], origin="--set", hint=_PAGE)


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
        value = toml.value_of(text)
    except ValueError:
        value = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
    if is_text and not isinstance(value, str):
        return text
    return [value] if is_list and not isinstance(value, list) else value
