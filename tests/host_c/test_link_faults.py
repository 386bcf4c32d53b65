"""Benches over lines with seeded faults; the bench application is a host program. ``make link-faults`` runs 300."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mcu_toolkit.device import connect
from tests.fuzz.link_faults import Subject, bench, subjects
from tests.support.faults import BYTES, EVENTS, PIECES, Mix


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Subject]:
    return subjects("phantom", tmp_path_factory.mktemp("phantom"), 6)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    def use(make: Callable[[], object]) -> None:
        monkeypatch.setattr(connect, "open_port", lambda *_: make())

    return use


@pytest.mark.parametrize("paced", [False, True], ids=["hold", "pause"])
@pytest.mark.parametrize("kind", [*BYTES, *PIECES, *EVENTS])
def test_each_fault(
    kind: str, paced: bool, phantom: dict[bool, Subject], opened: Callable[[Callable[[], object]], None]
) -> None:
    rate = {BYTES: 1e-3, PIECES: 3e-3, EVENTS: 3e-2}[next(each for each in (BYTES, PIECES, EVENTS) if kind in each)]
    done = bench(phantom[paced], Mix(5, rate, (kind,)), opened, paced=paced)
    assert done.faults > 0


@pytest.mark.parametrize("seed", range(6))
def test_mixed_faults(seed: int, phantom: dict[bool, Subject], opened: Callable[[Callable[[], object]], None]) -> None:
    paced = seed % 4 == 3
    bench(phantom[paced], Mix.random(seed, high=4e-3), opened, paced=paced)


def test_one_error_in_a_hundred_bytes_still_completes(
    phantom: dict[bool, Subject], opened: Callable[[Callable[[], object]], None]
) -> None:
    assert bench(phantom[False], Mix(1, 1e-2), opened).faults > 1000


def test_a_line_without_faults_needs_no_retries(
    phantom: dict[bool, Subject], opened: Callable[[Callable[[], object]], None]
) -> None:
    assert bench(phantom[False], Mix(1, 0.0), opened).retries == 0


def test_one_error_in_a_thousand_bytes_costs_less_than_as_many_bytes_again(
    phantom: dict[bool, Subject], opened: Callable[[Callable[[], object]], None]
) -> None:
    """Bytes on the wire are what a slow line is about; on a fast one the rest of the time is not the line's."""
    item = phantom[False]
    longer = replace(item, inputs=np.tile(item.inputs, (4, 1)), outputs=np.tile(item.outputs, (4, 1)))
    clean, bad = (bench(longer, Mix(2, rate), opened).sent for rate in (0.0, 1e-3))
    assert bad < 2 * clean
