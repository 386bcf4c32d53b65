"""``results.json``, and the comparison of new figures with the committed ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks.measure import Row
from mcu_toolkit.records.codec import dump, read
from mcu_toolkit.workspace import atomic_write

PATH = Path(__file__).parent / "results.json"
#: Checked figures (smaller is better) → the largest increase that is allowed, as a share.
TOLERANCES = {"instructions": 0.005, "flash": 0.01, "engine": 0.01, "arena": 0.01}


@dataclass(frozen=True)
class BenchmarksRecord:
    """Figures of all cases.

    Attributes:
        toolchain: program → version that it reports; counts depend on it.
        command: the command that measures all rows.
        unit: of the instructions.
        rows: sorted by case.
    """

    SCHEMA: ClassVar[str] = "mcutk.benchmarks/1"

    toolchain: Mapping[str, str]
    command: str
    unit: str
    rows: tuple[Row, ...]


def load(path: Path = PATH) -> tuple[dict[str, str], dict[str, Row]]:
    """The toolchain and the rows of a file, by the name of the case; both empty if there is no file.

    Raises:
        WorkspaceError: the file is damaged or of another version.
    """
    if not path.exists():
        return {}, {}
    record = read(BenchmarksRecord, path, hint="restore the committed file")
    return dict(record.toolchain), {row.case.key: row for row in record.rows}


def save(rows: Iterable[Row], toolchain: Mapping[str, str], path: Path = PATH) -> None:
    """Write all rows, sorted, one per line, so that a diff shows changed rows."""
    ordered = tuple(sorted(rows, key=lambda row: row.case.key))
    document = dump(
        BenchmarksRecord(dict(toolchain), "make bench", "instructions of one inference, input of seed 1", ordered)
    )
    lines = ",\n".join("    " + json.dumps(row) for row in document.pop("rows"))
    head = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in document.items())
    atomic_write(path, f'{{\n{head}  "rows": [\n{lines}\n  ]\n}}\n'.encode())


def regressions(committed: Mapping[str, Row], measured: Sequence[Row]) -> list[str]:
    """Every figure that got worse by more than its tolerance, and every output that is wrong or has changed."""
    problems = []
    for row in measured:
        if row.mismatches:
            problems.append(f"{row.case.key}: the output differs from the oracle's")
        before = committed.get(row.case.key)
        if before is None:
            continue
        if row.crc32 != before.crc32:
            problems.append(f"{row.case.key}: CRC-32 of the output {before.crc32} -> {row.crc32}")
        for name, tolerance in TOLERANCES.items():
            old, new = getattr(before, name), getattr(row, name)
            if new > old * (1 + tolerance):
                problems.append(f"{row.case.key}: {name} {old:,} -> {new:,} ({(new / old - 1) * 100:+.1f} %)")
    return problems


def improvements(committed: Mapping[str, Row], measured: Sequence[Row]) -> list[str]:
    """Cases whose instructions fell by more than the tolerance; their figures should be committed."""
    pairs = [(committed[row.case.key], row) for row in measured if row.case.key in committed]
    return [
        f"{new.case.key}: instructions {old.instructions:,} -> {new.instructions:,}"
        for old, new in pairs
        if new.instructions < old.instructions * (1 - TOLERANCES["instructions"])
    ]
