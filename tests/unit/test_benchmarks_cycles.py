"""Calibration of rates, and the table of estimated cycles beside published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from benchmarks import calibrate, cycles
from benchmarks.calibrate import Measured
from benchmarks.cycles import Run
from benchmarks.table import Silicon, load_peers
from mcu_toolkit.compiler import rates
from mcu_toolkit.targets.core import CORES

MEASURED = [
    Measured("fast", "dsp", 110, 100, {"cortex-m4": 150}),
    Measured("fast", "dsp", 310, 300, {"cortex-m4": 390}),
    Measured("fill + copy", "portable", 50, 100, {"cortex-m4": 200}),
]
PEERS = [Silicon("cortex-m4", "a chip", 5, "somebody", {"ic": 1000, "kws": 3000})]


@dataclass(frozen=True)
class Fake:
    """A run of known cycles: so many, and one more per wait state; one layer."""

    cycles: int

    def estimate(self, wait_states: int = 0) -> Any:
        return SimpleNamespace(cycles=self.cycles + wait_states, instructions=1000)

    counted = property(lambda self: SimpleNamespace(step_estimates=lambda core, states: (self.estimate(states),)))
    layer = SimpleNamespace(operator="CONV_2D", kernel="kernel", macs=1000)
    compiled = property(lambda self: SimpleNamespace(report=SimpleNamespace(layers=(self.layer,))))


def runs(**models: int) -> Mapping[str, Mapping[str, Run]]:
    return {"balanced": {model: cast(Run, Fake(count)) for model, count in models.items()}}


def test_a_rate_is_the_sum_of_cycles_over_the_sum_of_instructions() -> None:
    made = calibrate.rates(MEASURED, "cortex-m4")
    assert made.kernels == {"fast": 1.35, "fill + copy": 2.0}
    assert made.default == {"dsp": 1.35, "portable": 2.0}


def test_the_calibration_shows_how_far_off_the_formulas_are() -> None:
    text = calibrate.render(MEASURED, "cortex-m4")
    assert "+5.0%" in text and "-50.0%" in text and "1.30 to 1.50" in text
    assert len(calibrate.render(MEASURED, "cortex-m4", layers=True).splitlines()) == len(text.splitlines()) + 3


def test_writing_keeps_the_rates_of_kernels_that_were_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "path_of", lambda core: tmp_path / f"{core}.toml")
    monkeypatch.setattr(calibrate, "path_of", lambda core: tmp_path / f"{core}.toml")
    rates.rates_of.cache_clear()
    calibrate.write(calibrate.rates(MEASURED[:1], "cortex-m4"), "cortex-m4")
    rates.rates_of.cache_clear()
    calibrate.write(calibrate.rates(MEASURED[2:], "cortex-m4"), "cortex-m4")
    rates.rates_of.cache_clear()
    assert rates.rates_of("cortex-m4").kernels == {"fast": 1.5, "fill + copy": 2.0}
    rates.rates_of.cache_clear()


def test_estimates_stand_beside_published_figures_and_are_labelled() -> None:
    text = "\n".join(cycles.rows("cortex-m4", runs(ic=2000, kws=2000), PEERS))
    assert text.count("estimated") == 3 and text.count("published") == 1
    assert "~0.002" in text and "5 wait states" in text


def test_only_models_behind_a_peer_list_their_layers() -> None:
    lines = cycles.behind("cortex-m4", runs(ic=2000, kws=2000), PEERS)
    assert lines[0] == "cortex-m4, ic, balanced: ~2,005 estimated with 5 wait states, 1,000 published"
    assert lines[1].endswith("kernel: ~2,005, 100 %, 2.00 per MAC")
    assert len(lines) == 2


def test_the_page_has_a_place_for_the_table() -> None:
    text = cycles.PAGE.read_text(encoding="utf-8")
    made = cycles.page(text, "TABLE 1\n")
    assert "TABLE 1\n" in made and "TABLE 1" not in cycles.page(made, "TABLE 2\n")
    assert cycles.page(made, text.partition("<!-- cycles -->\n")[2].partition("<!-- end of cycles -->")[0]) == text


def test_published_figures_belong_to_cores_with_a_cost_table() -> None:
    assert {peer.core for peer in load_peers().silicon} <= set(CORES)
