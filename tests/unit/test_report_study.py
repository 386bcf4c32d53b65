"""Study tables: each row is compared with its base row, image by image."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from mcu_toolkit.records.codec import dump, load
from mcu_toolkit.records.study import ImageStability, StudyRecord, StudyRow, TrialRecord
from mcu_toolkit.report.statistics import mcnemar
from mcu_toolkit.report.study.assemble import study_record
from mcu_toolkit.report.study.page import study_page
from mcu_toolkit.report.study.table import study_csv
from mcu_toolkit.report.study.terminal import study_text
from tests.support.terminal import shown


def trial(row: str, correct: str, against: str | None = None, correlation: float | None = None) -> TrialRecord:
    """A measured row; the figures of its maps have the same small spread around `correlation` in all rows."""
    stability = None
    if correlation is not None:
        values = tuple((correlation + np.linspace(-0.05, 0.05, 40)).tolist())
        stability = ImageStability(values, values)
    return TrialRecord(
        row=row, against=against, accuracy=correct.count("1") / len(correct), train_accuracy=None,
        bytes=1000 if against is None else 500, parameters=3, ram=2048, correct=correct, seconds=1.0,
        stability=stability,
    )  # fmt: skip


TRIALS = [
    trial("plain, int8", "1" * 30 + "0" * 10, None, 0.6),
    trial("plain, PACT", "1" * 20 + "0" * 20, None, 0.4),
    trial("guided, int8", "1" * 31 + "0" * 9, "plain, int8", 0.7),
    trial("guided, PACT", "0" * 10 + "1" * 30, "plain, PACT", 0.5),
]


def rows(trials: list[TrialRecord]) -> dict[str, StudyRow]:
    return {row.row: row for row in study_record("saliency", "r", True, trials).rows}


def test_rows_are_compared_with_their_base_row() -> None:
    found = rows(TRIALS)
    assert [row.against for row in found.values()] == ["plain, int8", "plain, int8", "plain, int8", "plain, PACT"]
    assert found["guided, PACT"].difference == pytest.approx(0.25)
    first, second = (np.array([c == "1" for c in TRIALS[i].correct]) for i in (1, 3))
    assert found["guided, PACT"].mcnemar_p == mcnemar(first, second).p_value
    assert found["guided, int8"].ratio == 2.0


def test_gain_of_maps_is_paired() -> None:
    """The spread over images cancels: the interval of the gain is a point, the interval of the mean is not."""
    row = rows(TRIALS)["guided, int8"]
    assert row.rank_correlation == pytest.approx(0.7)
    assert row.rank_correlation_low is not None and row.rank_correlation_high is not None
    assert row.rank_correlation_low < 0.7 < row.rank_correlation_high
    assert (row.rank_correlation_gain, row.top10_overlap_gain) == pytest.approx((0.1, 0.1))
    assert (row.rank_correlation_gain_low, row.rank_correlation_gain_high) == pytest.approx((0.1, 0.1))
    assert (row.top10_overlap_gain_low, row.top10_overlap_gain_high) == pytest.approx((0.1, 0.1))
    assert rows(TRIALS)["plain, int8"].rank_correlation_gain is None


def test_row_whose_base_row_is_not_measured_yet() -> None:
    row = rows([TRIALS[0], TRIALS[3]])["guided, PACT"]
    assert row.against is None and row.difference is None and row.mcnemar_p is None
    assert row.accuracy == 0.75 and row.rank_correlation_gain is None


@pytest.mark.parametrize("count", [1, 4])
def test_document_terminal_csv_and_page_show_every_row(count: int) -> None:
    record = study_record("saliency", "r", True, TRIALS[:count])
    assert load(StudyRecord, dump(record)) == record
    text, page = shown(study_text(record)), study_page(record)
    for name in (one.row for one in TRIALS[:count]):
        assert text.count(name) >= 2  # the table of rows and the table of maps
        assert page.count(name) >= 2
    assert "synthetic" in text
    table = list(csv.DictReader(io.StringIO(study_csv(record))))
    assert [row["row"] for row in table] == [one.row for one in TRIALS[:count]]
    assert float(table[0]["ram"]) == 2048


def test_study_without_maps_has_no_table_of_maps() -> None:
    record = study_record("distillation", "r", False, [trial("teacher", "1110"), trial("student", "1100")])
    assert "Saliency" not in study_page(record)
    assert record.rows[1].rank_correlation is None
