"""The typed TOML reader: types, ranges, choices and unknown keys; written files are read back equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mcu_toolkit import toml
from mcu_toolkit.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    """A nested table."""

    ratio: float = toml.key(0.5, "a share", low=0.0, high=1.0)
    mode: str = toml.key("fast", "how", choices=("fast", "small"))
    id: str = toml.key("a", "identifier", pattern="[a-z]+", form="lower-case letters")
    count: int = toml.key(1, "how many", low=1)


@dataclass(frozen=True)
class Outer:
    """A document."""

    name: str
    inner: Inner = field(default_factory=Inner)
    tags: tuple[str, ...] = ()
    defines: Mapping[str, int] = field(default_factory=dict)
    extra: Inner | None = None
    flag: bool = False


def test_types_become_those_of_the_dataclass() -> None:
    table = {"name": "x", "inner": {"ratio": 1}, "tags": ["a"], "defines": {"A": 1}, "extra": {}, "flag": True}
    made = toml.build(Outer, table, origin="f.toml")
    assert made == Outer("x", Inner(ratio=1.0), ("a",), {"A": 1}, Inner(), True)
    assert type(made.inner.ratio) is float


@pytest.mark.parametrize(
    ("table", "message", "expected"),
    [
        ({}, "f.toml: the key 'name' is missing", None),
        ({"name": 1}, "f.toml: 'name' has the wrong type", "a string"),
        ({"name": "x", "flag": 1}, "f.toml: 'flag' has the wrong type", "true or false"),
        ({"name": "x", "inner": 1}, "f.toml: 'inner' has the wrong type", "a table"),
        ({"name": "x", "tags": "a"}, "f.toml: 'tags' has the wrong type", "a list of strings"),
        ({"name": "x", "tags": [1]}, "f.toml: 'tags' has the wrong type", "a list of strings"),
        ({"name": "x", "defines": {"A": True}}, "f.toml: 'defines' has the wrong type", "a table"),
        ({"name": "x", "inner": {"ratio": 2.0}}, "f.toml: 'inner.ratio' is out of range", "0 to 1"),
        ({"name": "x", "inner": {"ratio": float("nan")}}, "f.toml: 'inner.ratio' is out of range", "0 to 1"),
        ({"name": "x", "inner": {"count": 0}}, "f.toml: 'inner.count' is out of range", "at least 1"),
        ({"name": "x", "inner": {"count": True}}, "f.toml: 'inner.count' has the wrong type", "an integer"),
        ({"name": "x", "inner": {"mode": "slow"}}, "f.toml: 'inner.mode' has a value that is not allowed", '"fast"'),
        ({"name": "x", "inner": {"id": "A b"}}, "f.toml: 'inner.id' is malformed", "lower-case letters"),
    ],
)
def test_mistakes_name_the_key_and_what_was_expected(
    table: dict[str, object], message: str, expected: str | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        toml.build(Outer, table, origin="f.toml")
    assert caught.value.message == message
    assert expected is None or expected in str(caught.value.expected)


def test_unknown_keys_suggest_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"unknown key 'inner\.ration'") as caught:
        toml.build(Outer, {"name": "x", "inner": {"ration": 1.0}}, origin="f.toml")
    assert caught.value.hint == "did you mean 'inner.ratio'?"
    with pytest.raises(ConfigError) as caught:
        toml.build(Outer, {"name": "x", "zzz": 1}, origin="f.toml", hint="read the page")
    assert caught.value.hint == "read the page"


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[core", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        toml.read(bad, "a recipe")
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot read"):
        toml.read(bad, "a recipe")
    with pytest.raises(ConfigError, match="No such file"):
        toml.read(tmp_path / "missing.toml", "a recipe")


def test_written_files_are_read_back_equal(tmp_path: Path) -> None:
    document = {"name": 'quo"te\n\x07ü', "n": -3, "x": 1e-30, "yes": True, "t": {"list": ["a", "b\\"], "empty": []}}
    path = tmp_path / "f.toml"
    path.write_text(toml.dumps(document), encoding="utf-8")
    assert toml.read(path, "a document") == document


def test_single_values() -> None:
    assert toml.value_of('["a", "b"]') == ["a", "b"]
    for text in ("bare", "1\nother = 2", ""):
        with pytest.raises(ValueError):
            toml.value_of(text)
