"""Run one model in TensorFlow Lite Micro and print what comes out, as JSON; `benchmarks.wild` starts it for each model.

    python -m benchmarks.wild_reference MODEL SEED COUNT

A program of its own, because the interpreter ends the whole process on some models and runs very long on others.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path

import numpy as np

from mcu_toolkit.device.inputs import random_inputs
from mcu_toolkit.errors import McutkError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.tflm import TflmRuntime, tflm_runtime

#: Arena of a model that the toolkit refuses, whose needs are not known.
_ARENA = 64 << 20


def main(arguments: list[str]) -> int:
    """Print the checksums of the outputs for random inputs; for a model that the toolkit refuses only that it runs."""
    path, seed, count = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    try:
        graph = read_model(path)
    except McutkError:
        _run_with_zeros(path)
        print(json.dumps({"crc32": []}))
        return 0
    outputs = join(TflmRuntime(path).run_all(random_inputs(graph, count, seed)))
    print(json.dumps({"crc32": [f"{zlib.crc32(row.tobytes()):08x}" for row in outputs]}))
    return 0


def _run_with_zeros(path: Path) -> None:
    interpreter = tflm_runtime().Interpreter.from_bytes(path.read_bytes(), arena_size=_ARENA)
    for number in range(64):
        try:
            details = interpreter.get_input_details(number)
        except (IndexError, RuntimeError, ValueError):
            break
        interpreter.set_input(np.zeros(details["shape"], details["dtype"]), number)
    interpreter.invoke()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
