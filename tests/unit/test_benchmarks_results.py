"""Regressions against the committed results, the file of results, and the ratios in the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import results, table
from benchmarks.measure import Row
from mcu_toolkit.errors import WorkspaceError

ROW = Row(
    model="ic", board="qemu-m4", mode="balanced", instructions=14_932_059, macs=12_501_632, flash=100_000, engine=8_000,
    weights=79_000, arena=27_498, stack=400, mismatches=0, crc32="930f0c26",
)  # fmt: skip


def test_instructions_may_rise_by_half_a_percent_and_sizes_by_one() -> None:
    committed = {ROW.case.key: ROW}
    assert results.regressions(committed, [replace(ROW, instructions=int(14_932_059 * 1.0049))]) == []
    (said,) = results.regressions(committed, [replace(ROW, instructions=int(14_932_059 * 1.0051))])
    assert "ic/qemu-m4/balanced: instructions 14,932,059 -> " in said
    assert results.regressions(committed, [replace(ROW, arena=27_700, flash=100_900, engine=8_070)]) == []
    assert len(results.regressions(committed, [replace(ROW, arena=28_000, flash=102_000, engine=8_200)])) == 3


def test_a_changed_output_is_a_regression() -> None:
    (said,) = results.regressions({ROW.case.key: ROW}, [replace(ROW, crc32="00000000")])
    assert said == "ic/qemu-m4/balanced: CRC-32 of the output 930f0c26 -> 00000000"


def test_wrong_output_is_a_regression_without_any_committed_figure() -> None:
    (said,) = results.regressions({}, [replace(ROW, mismatches=1)])
    assert "differs" in said


def test_improvements_are_listed() -> None:
    committed = {ROW.case.key: ROW}
    assert results.improvements(committed, [ROW]) == []
    assert len(results.improvements(committed, [replace(ROW, instructions=10_000_000)])) == 1


def test_results_are_written_sorted_and_read_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    other = replace(ROW, board="qemu-m0-m3")
    results.save([ROW, other], {"gcc": "12"}, path)
    toolchain, rows = results.load(path)
    assert toolchain == {"gcc": "12"}
    assert list(rows.values()) == [other, ROW]
    assert results.load(tmp_path / "absent.json") == ({}, {})


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.save([ROW], {"gcc": "12"}, path)
    path.write_text(path.read_text(encoding="utf-8").replace('"macs"', '"mac"'), encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"'rows\[0\]\.macs' is missing"):
        results.load(path)


def test_the_committed_file_has_the_form_that_is_written(tmp_path: Path) -> None:
    toolchain, rows = results.load()
    results.save(rows.values(), toolchain, tmp_path / "results.json")
    assert (tmp_path / "results.json").read_bytes() == results.PATH.read_bytes()


def test_table_shows_ratios_to_the_peer() -> None:
    text = table.render([ROW, replace(ROW, model="ic-random", board="qemu-m33")])
    reference, own = (line.split() for line in text.splitlines()[1:3])
    assert reference[:8] == ["ic", "qemu-m4", "balanced", "14,932,059", "1.19", "29,864,119", "2.00", "27,498"]
    assert reference[8] == "2.00"  # arena: 54,996 of the peer
    assert own[0] == "ic-random"
    assert own[5:7] == ["-", "-"]  # no figure of the peer on the Cortex-M33
