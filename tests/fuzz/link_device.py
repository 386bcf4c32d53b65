"""Builds and runs the fuzzer of the bench application: ``python -m tests.fuzz.link_device --inputs 10000000``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.device import SANITIZERS, build_host_app

_DRIVER = Path(__file__).with_name("link_device.c")


def build(folder: Path, driver: Path = _DRIVER) -> Path:
    """The fuzzer with the tiny model, under AddressSanitizer and UBSan."""
    return build_host_app(folder, SANITIZERS, driver=driver, payload=256)


def run(program: Path, seed: int, inputs: int) -> str:
    """What the fuzzer printed.

    Raises:
        AssertionError: a reply differs from the shadow's, or a sanitizer found something.
    """
    done = subprocess.run([str(program), str(seed), str(inputs)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mcutk-fuzz-") as folder:
        print(run(build(Path(folder)), arguments.seed, arguments.inputs), file=sys.stdout)


if __name__ == "__main__":
    main()
