"""Whether TensorFlow Lite Micro runs a model that the toolkit refuses: `benchmarks.wild` starts it for each such model.

    python -m benchmarks.wild_reference MODEL

A program of its own, because the interpreter ends the whole process on some models and runs very long on others.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tflite_micro.python.tflite_micro import runtime

#: The needs of such a model are not known.
_ARENA = 64 << 20


def main(path: str) -> int:
    """Run one inference on zeros."""
    interpreter = runtime.Interpreter.from_bytes(Path(path).read_bytes(), arena_size=_ARENA)
    for number in range(64):
        try:
            details = interpreter.get_input_details(number)
        except (IndexError, RuntimeError, ValueError):
            break
        interpreter.set_input(np.zeros(details["shape"], details["dtype"]), number)
    interpreter.invoke()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
