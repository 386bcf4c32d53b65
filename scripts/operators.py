"""Write docs/operators.md from the registry of operators; a test fails if the page is out of date."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.shape_only import SHAPE_ONLY

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operators.md"

_HEAD = """# Operators

<!-- Written by scripts/operators.py (make docs) from the registry of operators. Do not edit. -->

The operators that `mcutk` compiles, with their names in the TensorFlow Lite schema. A model with an unsupported node
is refused before any file is written; `mcutk inspect MODEL.tflite` lists such nodes, with the supported forms.

Every operator computes the same bytes as TensorFlow Lite Micro's reference kernel, with its double rounding. The tests
compare the two on random models of each operator (`tests/unit/test_host_oracle_random.py`). If the reference aborts,
reads outside its tensors or has undefined behaviour for a form, that form is refused, or the note states the behaviour.

Activations are int8, or int16 where the table says so, with one scale and one zero point per tensor. Shapes are
static. Weights, axes, sizes, paddings and permutations are constants in the file. Accumulators have the reference's
width, 32 or 64 bits, and wrap.

| operator | supported forms | note |
| --- | --- | --- |
"""

_FOOT = """
## Inputs and outputs

A model may have several inputs and outputs, each of type int8, uint8, int16, int32, float32 or bool, as its operators
give it: QUANTIZE and DEQUANTIZE convert between these types, and operators that only move elements take any of them.
Everything that `mcutk` does with a model (build, bench, verify, eval, the generated header, the link) uses the model's
own types.

SOFTMAX, LOG_SOFTMAX and LOGISTIC may be in float32, usually after a last DEQUANTIZE. Each operation is rounded to
float32 in the order of the reference kernels. Their exp and log are defined as the routines that glibc contains,
evaluated in double without fused multiply-add; the generated C brings its own, because those of C libraries differ
(`firmware/kernels/portable/mcutk_float_math.c`). They are compared with glibc, which the reference calls, for every
float32 that can occur (`MCUTK_EVERY_FLOAT=1 pytest tests/host_c/test_float_math.py`): on processors with fused
multiply-add one of 1,121,058,817 results of exp differs, that of -63.09946.

## Evaluated when a model is read

Shape arithmetic on shapes and constants is evaluated when the model is read and needs no code: {shapes},
and ADD, SUB, MUL, MINIMUM, MAXIMUM and the operators that only move elements, on int32 or int64.
VAR_HANDLE and CALL_ONCE become variables of the graph.

## Limits of a file

Every offset and size in a file is checked. The limits are 64 MiB, 16,384 tensors, 4,096 nodes,
64 inputs and outputs, and 256 MiB per tensor.
A damaged file is refused; the message names the byte offset or the node. `make fuzz` reads a million damaged models;
its figures are in `benchmarks/fuzz.json`.
"""


def page() -> str:
    """The page's text."""
    rows = [f"| {name} | {kind.forms} | {kind.note} |\n" for name, kind in sorted(OPERATORS.items())]
    return _HEAD + "".join(rows) + _FOOT.format(shapes=", ".join(sorted(SHAPE_ONLY)))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
