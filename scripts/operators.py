"""Write docs/operators.md from the registry of operators; a test fails where the page is not up to date."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.shape_only import SHAPE_ONLY

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operators.md"

_HEAD = """# Operators

<!-- Written by scripts/operators.py (make docs) from the registry of operators. Do not edit. -->

The operators that `mcutk` compiles, by their names in the TensorFlow Lite schema. `mcutk inspect MODEL.tflite` lists
the nodes of a model that are not supported, with the nearest form that is; a model with such a node is refused
before anything is written.

The meaning of every operator is that of TensorFlow Lite Micro's reference kernel, bit for bit, with its double
rounding. Each has a kernel there, and the tests compare the two on random models of each operator
(`tests/unit/test_host_oracle_random.py`). Where the reference aborts, reads outside its tensors or leaves the result to
undefined behaviour, the form is refused, or the note states the behaviour.

Activations are int8 with one scale and one zero point per tensor. Shapes are static. Weights, axes, sizes, paddings and
permutations are constants in the file. Accumulators are 32 bits wide and wrap, as in the reference.

| operator | supported forms | note |
| --- | --- | --- |
"""

_FOOT = """
## Folded when a model is read

Shape arithmetic leaves no code when it starts from shapes and constants: {shapes},
and ADD, SUB, MUL, MINIMUM, MAXIMUM, CONCATENATION, SLICE, STRIDED_SLICE, RESHAPE, SQUEEZE and EXPAND_DIMS on int32 or
int64. VAR_HANDLE and CALL_ONCE become variables of the graph.

## Limits on a file

A file is read with every offset and size checked: at most 64 MiB, 16,384 tensors and 4,096 nodes, 256 MiB per tensor.
A damaged file is refused with the byte offset or the node. `make fuzz` runs a million damaged models through the
reader; the figures are in `benchmarks/fuzz.json`.
"""


def page() -> str:
    """The page's text."""
    rows = [f"| {name} | {kind.forms} | {kind.note} |\n" for name, kind in sorted(OPERATORS.items())]
    return _HEAD + "".join(rows) + _FOOT.format(shapes=", ".join(sorted(SHAPE_ONLY)))


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
