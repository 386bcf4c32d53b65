"""Study tables: each row beside the row it varies, image by image."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from mcu_toolkit.report import study
from mcu_toolkit.report.statistics import mcnemar


def result(row: str, correct: str, against: str | None = None, correlation: float | None = None) -> dict[str, Any]:
    """A measured row; its maps' figures spread a little around `correlation`, alike in every row."""
    spread = np.linspace(-0.05, 0.05, 40)
    maps = None
    if correlation is not None:
        maps = {name: (correlation + spread).tolist() for name in ("rank_correlation", "top10_overlap")}
    return {
        "row": row, "against": against, "accuracy": correct.count("1") / len(correct), "train_accuracy": None,
        "bytes": 1000 if against is None else 500, "parameters": 3, "ram": 2048, "correct": correct, "seconds": 1.0,
        **({} if maps is None else {"stability": maps}),
    }  # fmt: skip


RESULTS = [
    result("plain, int8", "1" * 30 + "0" * 10, None, 0.6),
    result("plain, PACT", "1" * 20 + "0" * 20, None, 0.4),
    result("guided, int8", "1" * 31 + "0" * 9, "plain, int8", 0.7),
    result("guided, PACT", "0" * 10 + "1" * 30, "plain, PACT", 0.5),
]


def rows(results: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["row"]: row for row in study.document("saliency", "r", True, results)["rows"]}


def test_rows_are_compared_with_the_row_they_vary() -> None:
    found = rows(RESULTS)
    assert [row["against"] for row in found.values()] == ["plain, int8", "plain, int8", "plain, int8", "plain, PACT"]
    assert found["guided, PACT"]["difference"] == pytest.approx(0.25)
    first, second = (np.array([c == "1" for c in RESULTS[i]["correct"]]) for i in (1, 3))
    assert found["guided, PACT"]["mcnemar_p"] == mcnemar(first, second).p_value
    assert found["guided, int8"]["ratio"] == 2.0


def test_gain_of_maps_is_paired() -> None:
    """The images' spread cancels, so the gain's interval is a point while the mean's is not."""
    row = rows(RESULTS)["guided, int8"]
    assert row["rank_correlation"] == pytest.approx(0.7)
    assert row["rank_correlation_low"] < 0.7 < row["rank_correlation_high"]
    for name in ("rank_correlation", "top10_overlap"):
        assert row[f"{name}_gain"] == pytest.approx(0.1)
        assert row[f"{name}_gain_low"] == pytest.approx(0.1) == pytest.approx(row[f"{name}_gain_high"])
    assert rows(RESULTS)["plain, int8"]["rank_correlation_gain"] is None


def test_row_whose_counterpart_is_not_measured_yet() -> None:
    row = rows([RESULTS[0], RESULTS[3]])["guided, PACT"]
    assert row["against"] is None and row["difference"] is None and row["mcnemar_p"] is None
    assert row["accuracy"] == 0.75 and row["rank_correlation_gain"] is None


@pytest.mark.parametrize("count", [1, 4])
def test_terminal_csv_and_page_show_every_row(count: int) -> None:
    report = study.document("saliency", "r", True, RESULTS[:count])
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(study.rendered(report))
    shown, page = console.export_text(), study.page(report)
    for name in (r["row"] for r in RESULTS[:count]):
        assert shown.count(name) >= 2  # the table, and the one of maps
        assert page.count(name) >= 2
    assert "synthetic" in shown
    table = list(csv.DictReader(io.StringIO(study.to_csv(report))))
    assert [row["row"] for row in table] == [r["row"] for r in RESULTS[:count]]
    assert float(table[0]["ram"]) == 2048


def test_study_without_maps_has_no_table_of_maps() -> None:
    report = study.document("distillation", "r", False, [result("teacher", "1110"), result("student", "1100")])
    assert "Saliency" not in study.page(report)
    assert report["rows"][1]["rank_correlation"] is None
