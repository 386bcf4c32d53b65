"""Progress bars: after two seconds, on a terminal only."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from mcu_toolkit.cli import progress
from mcu_toolkit.progress import silent


class Live:
    """A bar that counts instead of drawing."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.updates: list[tuple[int, int | None]] = []
        self.stopped = False

    def add_task(self, stage: str, *, total: int | None) -> int:
        self.stages.append(stage)
        return len(self.stages)

    def update(self, _task: int, *, completed: int, total: int | None) -> None:
        self.updates.append((completed, total))

    def stop(self) -> None:
        self.stopped = True


class Terminal(io.StringIO):
    """A stream whose isatty is True."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> Live:
    """The bar shown on a terminal while the clock returns each of `seconds` in turn."""
    made, clock = Live(), iter(seconds)
    monkeypatch.setattr(progress.sys, "stderr", Terminal())
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(progress._Bar, "_begin", staticmethod(lambda: made))
    return made


def test_nothing_is_shown_where_stderr_is_not_a_terminal() -> None:
    with progress.progress_bar() as report:
        assert report is silent


def test_work_of_less_than_two_seconds_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    live = on_a_terminal(monkeypatch, 0.0, 1.9)
    with progress.progress_bar() as report:
        report("compile", 1, 2)
    assert not live.stages and not live.stopped


def test_longer_work_shows_a_line_per_stage_and_removes_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    live = on_a_terminal(monkeypatch, 0.0, 2.5)
    with progress.progress_bar() as report:
        report("data", 1, 0)
        report("student", 1, 4)
        report("student", 2, 4)
    assert live.stages == ["data", "student"]
    assert live.updates == [(1, None), (1, 4), (2, 4)]
    assert live.stopped
