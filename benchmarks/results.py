"""results.json, and whether new figures are worse than those committed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Row
from mcu_toolkit.workspace import atomic_write

PATH = Path(__file__).parent / "results.json"
SCHEMA = "mcutk.benchmarks/1"
#: Figures that must not get worse; smaller is better in all of them.
WATCHED = ("instructions", "flash", "engine", "arena")
#: How much worse is an error.
TOLERANCE = 0.01


def load(path: Path = PATH) -> tuple[dict[str, str], dict[str, Row]]:
    """The toolchain and the rows of a file, by the name of the case; both empty where there is none."""
    if not path.exists():
        return {}, {}
    document = json.loads(path.read_text(encoding="utf-8"))
    rows = [Row(**row) for row in document["rows"]]
    return document["toolchain"], {row.case.key: row for row in rows}


def save(rows: Iterable[Row], toolchain: Mapping[str, str], path: Path = PATH) -> None:
    """Write all rows, sorted, one a line, so that a change shows as lines of a diff."""
    ordered = sorted(rows, key=lambda row: row.case.key)
    lines = ",\n".join("    " + json.dumps(row.to_json()) for row in ordered)
    head = f'  "schema": {json.dumps(SCHEMA)},\n  "toolchain": {json.dumps(dict(toolchain))},\n'
    command = '  "command": "make bench",\n  "unit": "instructions of one inference, input of seed 1",\n'
    atomic_write(path, f'{{\n{head}{command}  "rows": [\n{lines}\n  ]\n}}\n'.encode())


def regressions(committed: Mapping[str, Row], measured: Sequence[Row]) -> list[str]:
    """What got worse by more than `TOLERANCE`, or is wrong, in words."""
    problems = []
    for row in measured:
        if row.mismatches:
            problems.append(f"{row.case.key}: the output differs from the oracle's")
        before = committed.get(row.case.key)
        if before is None:
            continue
        for name in WATCHED:
            old, new = getattr(before, name), getattr(row, name)
            if new > old * (1 + TOLERANCE):
                problems.append(f"{row.case.key}: {name} {old:,} -> {new:,} ({(new / old - 1) * 100:+.1f} %)")
    return problems


def improvements(committed: Mapping[str, Row], measured: Sequence[Row]) -> list[str]:
    """Cases whose instructions fell by more than `TOLERANCE`: figures worth committing."""
    pairs = [(committed[row.case.key], row) for row in measured if row.case.key in committed]
    return [
        f"{new.case.key}: instructions {old.instructions:,} -> {new.instructions:,}"
        for old, new in pairs
        if new.instructions < old.instructions * (1 - TOLERANCE)
    ]
