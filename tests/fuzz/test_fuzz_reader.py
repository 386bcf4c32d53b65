"""The reader on a few thousand damaged models; `make fuzz` runs a million."""

from __future__ import annotations

from random import Random

import pytest

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.reader import read_model
from tests.fuzz.corpus import mutate, seeds
from tests.fuzz.reader import Outcome, exercise, run_chunk


def test_damaged_models_are_read_or_refused() -> None:
    result = run_chunk(seeds(), seed=20_000, count=5000, known=Outcome(), limit_memory=False)
    assert result.failures == []
    assert result.accepted > 100 and result.refused > 2000
    assert result.slowest < 1.0
    assert len(result.edges) > 500, "the tracer sees the reader"


def test_seeds_are_accepted() -> None:
    for data in seeds():
        accepted, problems = exercise(data)
        assert accepted and problems == ()


def test_mutations_repeat() -> None:
    corpus = seeds()
    once, again = ([mutate(corpus[0], corpus[1], Random(seed)) for seed in range(20)] for _ in range(2))
    assert once == again
    assert len(set(once)) > 15


@pytest.mark.parametrize("size", [0, 1, 7, 8, 15, 20, 40, 100])
def test_truncated_files_are_refused(size: int) -> None:
    with pytest.raises(ModelError) as caught:
        read_model(seeds()[0][:size])
    assert caught.value.offset is not None
