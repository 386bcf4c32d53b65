"""Cycles per instruction: of a function, of its instruction set, and of a core that was never measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.compiler import rates
from mcu_toolkit.compiler.rates import Rates, path_of, rates_of
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.targets.core import CORES
from mcu_toolkit.targets.isa import ISAS


def test_a_measured_function_has_its_own_rate_and_another_that_of_its_instruction_set() -> None:
    table = Rates({"dsp": 1.5}, {"fast": 1.2})
    assert (table.of("fast", "dsp"), table.of("new", "dsp"), table.of("new", "portable")) == (1.2, 1.5, 1.0)


def test_a_core_without_a_table_counts_a_cycle_per_instruction() -> None:
    assert rates_of("host").of("mcutk_conv_generic_s8", "portable") == 1.0


def test_every_table_belongs_to_a_core_and_holds_plausible_ratios() -> None:
    files = list(path_of("x").parent.glob("*.toml"))
    assert files
    for file in files:
        table = rates_of(file.stem)
        assert file.stem in CORES
        assert {"portable"} <= set(table.default) <= set(ISAS)
        assert all(0.4 < ratio < 33 for ratio in (*table.default.values(), *table.kernels.values()))


def test_wide_weights_are_not_chosen_where_their_loads_cost_more_than_they_save() -> None:
    table = rates_of("cortex-m4")
    for shape in ("conv", "pointwise"):
        assert table.kernels[f"mcutk_{shape}_wide_dsp_relu"] > 1.08 * table.kernels[f"mcutk_{shape}_dsp_relu"]


def test_a_damaged_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "damaged.toml").write_text("[kernels]\nfast = 'quick'\n", encoding="utf-8")
    monkeypatch.setattr(rates, "path_of", lambda core: tmp_path / f"{core}.toml")
    with pytest.raises(ConfigError, match="wrong type"):
        rates_of("damaged")
