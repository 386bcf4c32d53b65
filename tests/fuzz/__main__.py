"""Runs the fuzzers with the numbers of inputs of a release: ``python -m tests.fuzz``, or only the parts that are named.

A part is a module of this folder with a command line; to add one, add its row to `PARTS`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

#: Name → module and its arguments; ``{jobs}`` is the number of processes.
PARTS: dict[str, tuple[str, ...]] = {
    "reader": (
        "tests.fuzz.reader",
        *("--inputs", "1000000", "--jobs", "{jobs}", "--write", "benchmarks/fuzz.json"),
    ),
    "link-device": ("tests.fuzz.link_device", "--inputs", "10000000"),
    "link-host": ("tests.fuzz.link_host", "--inputs", "1000000", "--jobs", "{jobs}"),
    "documents": ("tests.fuzz.documents", "--inputs", "100000", "--jobs", "{jobs}"),
}


def main() -> int:
    """Run the parts one after the other. Returns 1 if one of them found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    failed = []
    for name in arguments.parts or PARTS:
        if name not in PARTS:
            parser.error(f"there is no part '{name}'; expected {', '.join(PARTS)}")
        print(f"{name}:", flush=True)
        module, *rest = (part.format(jobs=arguments.jobs) for part in PARTS[name])
        if subprocess.run([sys.executable, "-m", module, *rest], check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"found something: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
