"""Recipes, board descriptors and JSON records, damaged; `make fuzz PARTS=documents` runs a hundred thousand."""

from __future__ import annotations

import pytest

from mcu_toolkit.records import codec
from tests.fuzz import documents


def test_damaged_documents_are_read_or_refused_with_an_error_of_the_toolkit() -> None:
    for accepted, refused in documents.run(1, 600).values():
        assert accepted > 0 and refused > 100


def test_the_fuzzer_sees_an_error_that_is_not_of_the_toolkit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(codec, "load", fails)
    with pytest.raises(AssertionError, match="record, seed 2, input 2: KeyError"):
        documents.run(2, 30)
