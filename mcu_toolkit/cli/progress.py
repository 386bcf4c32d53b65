"""Progress bars on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mcu_toolkit.progress import Progress, silent

#: Work that ends sooner than this shows no bar.
BAR_AFTER_S = 2.0


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress function that shows a bar after two seconds; silent where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    bar = _Bar()
    try:
        yield bar.update
    finally:
        bar.close()


class _Bar:
    """A bar shown after two seconds, with one line per stage."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._stage = ""
        self._task: Any = None
        self._live: Any = None

    def update(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` parts of a stage are done; a total of 0 means that it is not known."""
        if self._live is None:
            if time.monotonic() - self._started < BAR_AFTER_S:
                return
            self._live = self._begin()
        if stage != self._stage:
            self._stage = stage
            self._task = self._live.add_task(stage, total=total or None)
        self._live.update(self._task, completed=done, total=total or None)

    def close(self) -> None:
        """Remove the bar from the terminal."""
        if self._live is not None:
            self._live.stop()

    @staticmethod
    def _begin() -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        live = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("elapsed ·"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
        )
        live.start()
        return live
