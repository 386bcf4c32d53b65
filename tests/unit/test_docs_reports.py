"""docs/reports.md lists every document, and all keys of the documents that it describes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.records import record_kinds

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
TABLE, *_SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)
#: Title → text of each section.
SECTIONS = {section.partition("\n")[0]: section for section in _SECTIONS}
KINDS = [kind for kind in record_kinds() if kind.SCHEMA != "mcutk.trial/1"]  # internal to the storage of a study


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.SCHEMA)
def test_every_document_is_listed_with_its_record(kind: type[Any]) -> None:
    assert f"`{kind.SCHEMA}`" in TABLE
    assert f"`{kind.__module__.rpartition('.')[2]}.{kind.__name__}`" in TABLE


@pytest.mark.parametrize("kind", [k for k in KINDS if k.SCHEMA in SECTIONS], ids=lambda kind: kind.SCHEMA)
def test_every_key_of_a_section_is_named(kind: type[Any]) -> None:
    section = SECTIONS[kind.SCHEMA].replace("`…_low`", "").replace("[]`", "`")
    named = set(re.findall(r"`(\w+)[.\w]*`", section))
    keys = {str(field.metadata.get("key", field.name)) for field in dataclasses.fields(kind)}
    if kind.SCHEMA == "mcutk.study/1":
        (rows,) = (field.type for field in dataclasses.fields(kind) if field.name == "rows")
        assert rows == "tuple[StudyRow, ...]"
        keys |= {"accuracy", "low", "high", "ratio", "ram", "mcnemar_p", "rank_correlation", "top10_overlap"}
    if kind.SCHEMA == "mcutk.build/3":
        keys -= {"steps", "sketch", "notes"}  # for the commands that follow
    if kind.SCHEMA == "mcutk.eval/1":
        keys -= {"model_sha256", "samples"}  # the same as in mcutk.bench/1
    assert keys - named == set()


def test_sections_are_those_of_documents() -> None:
    assert {title for title in SECTIONS if "/" in title} <= {kind.SCHEMA for kind in KINDS}
