"""Random graphs by the thousand: the oracle, TensorFlow Lite Micro and the generated C must agree on every byte.

    python -m benchmarks.random_graphs --count 2000 --json benchmarks/random_graphs.json

The generated C is compiled on the host with AddressSanitizer and UndefinedBehaviorSanitizer; the three `--optimize`
modes alternate. A seed always gives the same graph, so that a failure can be repeated: `--first SEED --count 1`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.workspace import atomic_write, to_json
from tests.support.compare import three_ways
from tests.support.pass_models import any_model

_CHUNK = 25
_SAMPLES = 4


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write; 1 where any graph disagrees."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=2000, help="graphs")
    parser.add_argument("--first", type=int, default=1_000_000, help="first seed; those of `make test` are below 1000")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args(arguments)
    figures = run(options.first, options.count)
    print(json.dumps(figures, indent=2))
    if options.json:
        atomic_write(options.json, to_json(figures))
    return 1 if figures["mismatches"] else 0


def run(first: int, count: int) -> dict[str, object]:
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
    return {
        "schema": "mcutk.random_graphs/1",
        "command": f"python -m benchmarks.random_graphs --first {first} --count {count}",
        "graphs": count,
        "samples_each": _SAMPLES,
        "mismatches": len(wrong),
        "disagreeing": wrong,
        "sanitizers": ["address", "undefined"],
        "nodes": sum(operators.values()),
        "nodes_by_operator": dict(sorted(operators.items())),
        "seconds": round(time.monotonic() - began),
    }


if __name__ == "__main__":
    sys.exit(main())
