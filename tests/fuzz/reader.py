"""Fuzzes the model reader: ``python -m tests.fuzz.reader --inputs 1000000 --write benchmarks/fuzz.json``.

Each input must be read, or refused with a `ModelError` that has an offset or a node, within a second of processor time
and a gigabyte of memory. Graphs that are read also run the checks that come before compilation.

The fuzzer is guided by coverage: a share of the inputs is traced through the reader's modules. An input that reaches a
new pair of lines, or is refused at a new place, is added to the corpus. Inputs run in child processes: a crash of the
interpreter is found too.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from mcu_toolkit.errors import CompileError, ModelError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.graph.verify import verify
from tests.fuzz.corpus import mutate, seeds

SECONDS = 1.0
BYTES = 1 << 30
_CHUNK = 5000
_TRACED_SHARE = 0.04
_CORPUS_LIMIT = 3000
_TRACED_FILES = ("/graph/",)

#: File, line, next line.
Edge = tuple[str, int, int]
#: Where an input ended: line numbers of the refusal, or the unsupported operators.
Place = tuple[Any, ...]


@dataclass
class Outcome:
    """Counts of a run of many inputs; times in seconds of processor time, memory in bytes."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    slowest: float = 0.0
    peak_rss: int = 0
    edges: set[Edge] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    found: list[bytes] = field(default_factory=list)

    def merge(self, other: Outcome) -> None:
        """Add another run's counts."""
        self.inputs += other.inputs
        self.accepted += other.accepted
        self.refused += other.refused
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.peak_rss = max(self.peak_rss, other.peak_rss)
        self.edges |= other.edges
        self.places |= other.places


class TooSlow(Exception):
    """An input took longer than the limit."""


def exercise(data: bytes) -> tuple[bool, Place]:
    """Run the reader and the checks after it on one input.

    Returns:
        Whether it was accepted, and where it ended.

    Raises:
        AssertionError: it was refused without offset and node, or accepted and found inconsistent afterwards.
    """
    try:
        graph = read_model(data)
        problems = unsupported(graph)
        if not problems:
            verify(graph)
    except CompileError as bad:
        raise AssertionError(f"accepted, and then found inconsistent: {bad}") from bad
    except ModelError as bad:
        assert bad.offset is not None or bad.node is not None, f"a refusal without offset and node: {bad}"
        return False, tuple(line for _, line in traceback.walk_tb(bad.__traceback__))
    return True, tuple(sorted({p.operator + p.reason[:20] for p in problems}))


def _traced(data: bytes, edges: set[Edge]) -> tuple[bool, Place]:
    last: dict[FrameType, int] = {}

    def local(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            edges.add((frame.f_code.co_filename, last.get(frame, 0), frame.f_lineno))
            last[frame] = frame.f_lineno
        return local

    def tracer(frame: FrameType, event: str, _: object) -> Any:
        return local if any(part in frame.f_code.co_filename for part in _TRACED_FILES) else None

    sys.settrace(tracer)
    try:
        return exercise(data)
    finally:
        sys.settrace(None)


def _on_timer(_: int, __: FrameType | None) -> None:
    raise TooSlow


def run_chunk(corpus: list[bytes], seed: int, count: int, known: Outcome, limit_memory: bool = True) -> Outcome:
    """Run `count` mutations of a corpus in this process.

    Args:
        corpus: files to mutate.
        seed: of the mutations.
        known: lines and places reached before.
        limit_memory: limit the address space of this process, which is not undone; for child processes.
    """
    if limit_memory:
        used = _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
    rng, result = Random(seed), Outcome()
    corpus = list(corpus)
    signal.signal(signal.SIGPROF, _on_timer)
    for _ in range(count):
        data = mutate(rng.choice(corpus), rng.choice(corpus), rng)
        fresh: set[Edge] = set()
        traced = rng.random() < _TRACED_SHARE
        started = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS * (20 if traced else 1))
            accepted, place = _traced(data, fresh) if traced else exercise(data)
        except BaseException as bad:  # any exception is a finding
            result.failures.append({"error": f"{type(bad).__name__}: {bad}"[:500], "input": data.hex()})
            accepted, place = False, ()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if not traced:
            result.slowest = max(result.slowest, time.process_time() - started)
        result.inputs += 1
        result.accepted += accepted
        result.refused += not accepted
        new = fresh - known.edges - result.edges
        elsewhere = place not in known.places and place not in result.places
        if (new or elsewhere) and len(corpus) < _CORPUS_LIMIT:
            corpus.append(data)
            result.found.append(data)
        result.places.add(place)
        result.edges |= new
    result.peak_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return result


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def fuzz(inputs: int, seed: int, jobs: int, report: Any = None, failures: Path | None = None) -> Outcome:
    """Run many inputs in child processes; a child that dies counts as a failure. Failing inputs go to a folder."""
    corpus, total, started = seeds(), Outcome(), 0
    while total.inputs < inputs:
        with ProcessPoolExecutor(max_workers=jobs) as pool:
            tasks = []
            for _ in range(jobs):
                count = min(_CHUNK, inputs - total.inputs)
                tasks.append((started, pool.submit(run_chunk, corpus, seed + started, count, total)))
                started += 1
            for number, task in tasks:
                try:
                    part = task.result()
                except BrokenProcessPool:
                    part = Outcome(inputs=_CHUNK, failures=[{"error": "the process died", "input": f"chunk {number}"}])
                for failure in part.failures:
                    print(failure["error"], file=sys.stderr, flush=True)
                    if failures:
                        failures.mkdir(parents=True, exist_ok=True)
                        (failures / f"{len(list(failures.iterdir()))}.hex").write_text(failure["input"])
                total.merge(part)
                corpus += part.found[: max(0, _CORPUS_LIMIT - len(corpus))]
        if report:
            report(total, len(corpus))
    return total


def summary(total: Outcome, corpus: int, args: argparse.Namespace, wall: float) -> dict[str, Any]:
    """The document benchmarks/fuzz.json."""
    return {
        "schema": "mcutk.fuzz/1",
        "command": f"python -m tests.fuzz.reader --inputs {args.inputs} --seed {args.seed} --write {args.write}",
        "inputs": total.inputs,
        "accepted": total.accepted,
        "refused": total.refused,
        "failures": len(total.failures),
        "limit_seconds": SECONDS,
        "slowest_seconds": round(total.slowest, 3),
        "limit_bytes": BYTES,
        "peak_rss_bytes": total.peak_rss,
        "line_pairs_covered": len(total.edges),
        "corpus": corpus,
        "wall_seconds": round(wall),
    }


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", type=Path, help="write the figures as JSON")
    parser.add_argument("--failures", type=Path, help="write failing inputs into this folder")
    args = parser.parse_args()
    started = time.monotonic()

    def report(total: Outcome, corpus: int) -> None:
        if args.write:
            args.write.write_text(json.dumps(summary(total, corpus, args, time.monotonic() - started), indent=2) + "\n")
        print(
            f"{total.inputs} inputs, {total.accepted} accepted, {len(total.failures)} failures, slowest "
            f"{total.slowest:.3f} s, {len(total.edges)} line pairs, corpus {corpus}",
            flush=True,
        )

    total = fuzz(args.inputs, args.seed, args.jobs, report, args.failures)
    return 1 if total.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
