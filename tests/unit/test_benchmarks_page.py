"""The summary of benchmarks/README.md."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import page, results


def test_the_page_shows_the_committed_results() -> None:
    text = page.PATH.read_text(encoding="utf-8")
    _, rows = results.load()
    assert page.page(text, rows) == text, "python -m benchmarks.page"


def test_the_summary_follows_the_results() -> None:
    _, rows = results.load()
    key = "ic/qemu-m4/balanced"
    slower = {**rows, key: replace(rows[key], instructions=29_864_119)}
    assert "1.00 (29,864,119)" in page.summary(slower)
    assert "1.00 (29,864,119)" not in page.summary(rows)
