"""`python -m benchmarks.run`: measure every model x board x mode on emulated boards, beside the figures of peers.

Without options all cases are measured and results.json is written. With --models, --boards or --modes some cases are
measured, and their rows in results.json are replaced. With --check nothing is written; the exit code is 1 if the
instructions of a case rose by over 0.5 %, its flash, engine or arena by over 1 %, or the CRC-32 of its output changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product

from benchmarks import results, table
from benchmarks.measure import BOARDS, MODELS, MODES, Case, Row, available, measure, toolchain
from mcu_toolkit.errors import McutkError


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 if every case ran with the exact output and (with --check) no committed figure got worse."""
    options = _parser().parse_args(arguments)
    skipped = [model for model in options.models if not available(model)]
    if skipped:
        print(f"skipped, no file in ../shared/models/mlperf_tiny: {', '.join(skipped)}", file=sys.stderr)
    wanted = product(options.modes, options.models, options.boards)
    cases = [Case(model, board, mode) for mode, model, board in wanted if available(model)]
    try:
        versions = toolchain()
    except McutkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    known, committed = results.load()
    if known and versions != known:
        print(f"note: the committed figures are from another toolchain: {known}; here: {versions}\n")
    rows: list[Row] = []
    problems: list[str] = []
    for case, row in _run(cases, options.jobs):
        if isinstance(row, str):
            problems.append(f"{case.key}: {row}")
        elif row is not None:
            rows.append(row)
            if not options.check and not row.mismatches:  # after each case: an interrupted run keeps its rows
                committed[case.key] = row
                results.save(committed.values(), versions)
    print(table.render(rows))
    problems += results.regressions(committed if options.check else {}, rows)
    for line in results.improvements(committed, rows) if options.check else ():
        print(f"better: {line}")
    for line in problems:
        print(f"worse: {line}", file=sys.stderr)
    return 1 if problems else 0


def _run(cases: Sequence[Case], jobs: int) -> Iterator[tuple[Case, Row | str | None]]:
    """Measure cases, in order: figures, the message of an error, or None for a model that does not fit the board."""
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for number, (case, row) in enumerate(zip(cases, pool.map(_row, cases), strict=True), 1):
            if sys.stderr.isatty():
                print(f"\r{number}/{len(cases)} {case.key:40}", end="", file=sys.stderr)
            if row is None:
                print(f"\n{case.key}: does not fit", file=sys.stderr)
            yield case, row
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _row(case: Case) -> Row | str | None:
    """The figures of a case, None if the model does not fit, or the message of an error."""
    try:
        measured = measure(case)
    except McutkError as error:
        return str(error)
    return measured.row if measured is not None else None


def _parser() -> argparse.ArgumentParser:
    def listed(known: tuple[str, ...]) -> dict[str, object]:
        return {"nargs": "+", "choices": known, "default": list(known)}

    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--models", **listed(MODELS))  # type: ignore[arg-type]
    parser.add_argument("--boards", **listed(BOARDS))  # type: ignore[arg-type]
    parser.add_argument("--modes", **listed(MODES))  # type: ignore[arg-type]
    parser.add_argument("--check", action="store_true", help="compare with results.json and write nothing")
    parser.add_argument("--jobs", type=int, default=2, help="cases measured at the same time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
