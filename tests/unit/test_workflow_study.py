"""Files of a study that are written row by row; tests/train measures rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.records.codec import read
from mcu_toolkit.records.study import StudyRecord, TrialRecord
from mcu_toolkit.train import studies
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.study import StudyOptions, study, study_folder
from tests.support.records import example


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a study that are measured already, in another order than the table."""

    def rows(*_: object) -> Iterator[TrialRecord]:
        for name, accuracy in (("student distilled", 0.75), ("teacher", 1.0)):
            bits = "1110" if accuracy < 1 else "1111"
            yield replace(
                example(TrialRecord, filled=False), row=name, accuracy=accuracy, correct=bits, bytes=100, against=None
            )

    monkeypatch.setattr(studies, "run_study", rows)


@pytest.mark.usefixtures("trials")
def test_rows_are_reported_when_measured_and_written_in_the_order_of_the_table(ctx: Context) -> None:
    seen: list[tuple[str, float]] = []
    record = study(ctx, StudyOptions("distillation"), lambda row, accuracy: seen.append((row, accuracy)))
    assert seen == [("student distilled", 0.75), ("teacher", 1.0)]
    assert [row.row for row in record.rows] == ["teacher", "student distilled"]
    folder = study_folder(ctx.workspace, "distillation", "phantom", teacher=False)
    assert read(StudyRecord, folder / "study.json") == record
    assert (folder / "study.csv").read_text(encoding="utf-8").count("\n") == 3
    assert (folder / "report.html").is_file()


@pytest.mark.usefixtures("trials")
def test_a_fresh_study_deletes_the_previous_files(ctx: Context) -> None:
    folder = study_folder(ctx.workspace, "distillation", "phantom", teacher=False)
    folder.mkdir(parents=True)
    (folder / "study.db").write_text("old", encoding="utf-8")
    study(ctx, StudyOptions("distillation"))
    assert (folder / "study.db").is_file()
    study(ctx, StudyOptions("distillation", fresh=True))
    assert not (folder / "study.db").exists()


def test_only_the_study_of_quantization_has_teachers() -> None:
    StudyOptions("quantization", teacher=True)
    with pytest.raises(ConfigError, match="study quantization"):
        StudyOptions("saliency", teacher=True)
