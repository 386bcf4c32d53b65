"""The codec: keys, optional values, nested types, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.codec import dump, dumps, load, loads, read, write


class Goal(Enum):
    """A string enum."""

    FAST = "fast"
    SMALL = "small"


@dataclass(frozen=True)
class Part:
    """A nested dataclass."""

    size: float
    pair: tuple[str, int]


@dataclass(frozen=True)
class Sample:
    """A record with every supported type."""

    SCHEMA: ClassVar[str] = "mcutk.sample/3"

    name: str = field(metadata={"key": "class"})
    goal: Goal
    parts: tuple[Part, ...]
    by_name: Mapping[str, Part]
    maybe: int | None
    left_out: str | None = field(default=None, metadata={"omit": True})
    anything: Any = None


SAMPLE = Sample("a", Goal.SMALL, (Part(1.0, ("x", 1)),), {"p": Part(0.5, ("y", 2))}, None, anything=[1, {"k": None}])
DOCUMENT = {
    "schema": "mcutk.sample/3",
    "class": "a",
    "goal": "small",
    "parts": [{"size": 1.0, "pair": ["x", 1]}],
    "by_name": {"p": {"size": 0.5, "pair": ["y", 2]}},
    "maybe": None,
    "anything": [1, {"k": None}],
}


def test_documents_have_the_schema_first_and_the_keys_of_the_fields() -> None:
    assert dump(SAMPLE) == DOCUMENT
    assert [*dump(SAMPLE)] == [*DOCUMENT]
    assert dumps(SAMPLE).endswith("}\n")
    assert load(Sample, DOCUMENT) == SAMPLE == loads(Sample, dumps(SAMPLE))


def test_values_with_a_default_may_be_missing_and_unknown_keys_are_ignored() -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != "anything"}
    assert load(Sample, {**document, "new": 1}).anything is None
    assert load(Sample, {**document, "left_out": "here"}).left_out == "here"


def test_whole_numbers_are_accepted_as_float_and_stay_float() -> None:
    part = load(Sample, {**DOCUMENT, "parts": [{"size": 2, "pair": ["x", 1]}]}).parts[0]
    assert part.size == 2.0 and type(part.size) is float


@pytest.mark.parametrize(
    "changes, key, expected",
    [
        ({"goal": "slow"}, "goal", "fast or small"),
        ({"maybe": 1.5}, "maybe", "an integer"),
        ({"maybe": True}, "maybe", "an integer"),
        ({"parts": "text"}, "parts", "a list"),
        ({"parts": [{"size": True, "pair": ["x", 1]}]}, "parts[0].size", "a number"),
        ({"parts": [{"size": 1, "pair": ["x"]}]}, "parts[0].pair", "a list"),
        ({"by_name": {"p": 3}}, "by_name.p", "an object"),
        ({"class": None}, "class", "a string"),
    ],
)
def test_wrong_types_are_named(changes: dict[str, Any], key: str, expected: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        load(Sample, {**DOCUMENT, **changes}, origin="s.json", hint="try this")
    assert caught.value.message == f"s.json is damaged: '{key}' has the wrong type"
    assert (caught.value.expected, caught.value.hint) == (expected, "try this")


def test_files_are_read_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "s.json"
    write(path, SAMPLE)
    assert read(Sample, path) == SAMPLE
    assert [entry.name for entry in path.parent.iterdir()] == ["s.json"]


@pytest.mark.parametrize("text", ["", "[]", "{", "3"])
def test_damaged_files_name_the_file_and_what_to_try(text: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"s\.json is damaged") as caught:
        read(Sample, path, hint="make it again")
    assert (caught.value.expected, caught.value.hint) == ("a JSON object", "make it again")
    with pytest.raises(WorkspaceError, match="the text is damaged"):
        loads(Sample, text, origin="the text")


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot read"):
        read(Sample, tmp_path / "none.json")
