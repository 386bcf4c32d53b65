"""Compare the oracle, TensorFlow Lite Micro and the generated C on thousands of random graphs, byte by byte.

    python -m benchmarks.random_graphs --count 2000 --json benchmarks/random_graphs.json

The generated C is compiled on the host with AddressSanitizer and UndefinedBehaviorSanitizer; the three `--optimize`
modes alternate. A seed always gives the same graph; to repeat a failure: `--first SEED --count 1`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.codec import dumps, write
from tests.support.compare import three_ways
from tests.support.pass_models import any_model

_CHUNK = 25
_SAMPLES = 4


def main(arguments: list[str] | None = None) -> int:
    """Run, print and write the figures; exit code 1 if two references differ on a graph."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=2000, help="graphs")
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed; those of `make test` are below 1000")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args(arguments)
    record = run(options.first, options.count)
    print(dumps(record), end="")
    if options.json:
        write(options.json, record)
    return 1 if record.mismatches else 0


@dataclass(frozen=True)
class RandomGraphsRecord:
    """``random_graphs.json``.

    Attributes:
        command: the command that made it.
        graphs: graphs compared.
        samples_each: random inputs per graph.
        mismatches: graphs on which two references differ.
        disagreeing: name of each such graph → the difference.
        sanitizers: of the generated C.
        nodes: of all graphs.
        nodes_by_operator: operator → nodes.
        seconds: wall clock.
    """

    SCHEMA: ClassVar[str] = "mcutk.random_graphs/1"

    command: str
    graphs: int
    samples_each: int
    mismatches: int
    disagreeing: Mapping[str, str]
    sanitizers: tuple[str, ...]
    nodes: int
    nodes_by_operator: Mapping[str, int]
    seconds: int


def run(first: int, count: int) -> RandomGraphsRecord:
    """Compare graphs of the seeds first .. first + count - 1."""
    operators: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    began = time.monotonic()
    for start in range(first, first + count, _CHUNK):
        seeds = range(start, min(start + _CHUNK, first + count))
        models = {f"graph_{seed}": any_model(seed) for seed in seeds}
        for data in models.values():
            operators.update(node.op for node in read_model(data).nodes)
        wrong.update(three_ways(models, start, samples=_SAMPLES))
        if sys.stderr.isatty():
            print(f"\r{seeds[-1] - first + 1} of {count}, {len(wrong)} disagree", end="", file=sys.stderr)
    return RandomGraphsRecord(
        command=f"python -m benchmarks.random_graphs --first {first} --count {count}",
        graphs=count,
        samples_each=_SAMPLES,
        mismatches=len(wrong),
        disagreeing=wrong,
        sanitizers=("address", "undefined"),
        nodes=sum(operators.values()),
        nodes_by_operator=dict(sorted(operators.items())),
        seconds=round(time.monotonic() - began),
    )


if __name__ == "__main__":
    sys.exit(main())
