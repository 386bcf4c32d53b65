"""Two models in one program: prefixes separate their names, and they share kernel files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.card import ModelCard
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import STRICT_FLAGS
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.compare import random_inputs
from tests.support.golden_models import GOLDEN_MODELS

pytestmark = [
    pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc"),
    pytest.mark.skipif(process.find_tool("make") is None, reason="needs make"),
]

MODELS = {"a": "separable", "b": "residual"}
CARDS = {"a": ModelCard(("w", "x", "y", "z"), "unit"), "b": ModelCard(("p", "q", "r"))}

#: Reads the input of a, then of b; runs both in arenas of their own, a twice; writes the outputs of a and b.
PROGRAM = """
#include <stdio.h>
#include <string.h>

#include "a.h"
#include "b.h"

_Alignas(A_ARENA_ALIGN) static unsigned char arena_a[A_ARENA_BYTES];
_Alignas(B_ARENA_ALIGN) static unsigned char arena_b[B_ARENA_BYTES];

int main(void)
{
    int8_t sample[A_INPUT_BYTES];
    if (fread(sample, 1, A_INPUT_BYTES, stdin) != A_INPUT_BYTES) {
        return 1;
    }
    a_reset(arena_a);
    b_reset(arena_b);
    if (fread(b_input(arena_b), 1, B_INPUT_BYTES, stdin) != B_INPUT_BYTES) {
        return 1;
    }
    memcpy(a_input(arena_a), sample, A_INPUT_BYTES);
    a_invoke(arena_a);
    b_invoke(arena_b);
    memcpy(a_input(arena_a), sample, A_INPUT_BYTES);
    a_invoke(arena_a);
    fwrite(a_output(arena_a), 1, A_OUTPUT_BYTES, stdout);
    fwrite(b_output(arena_b), 1, B_OUTPUT_BYTES, stdout);
    return a_class_name(A_CLASS_COUNT - 1)[0] == 'z' && b_class_name(0)[0] == 'p' && a_quantize_pixel(0) == -128
        && b_quantize_input(-1e9f) == -128 ? 0 : 1;
}
"""


def write(folder: Path) -> dict[str, Graph]:
    """Write one folder per model, and the program."""
    graphs = {}
    for name, model in MODELS.items():
        data = GOLDEN_MODELS[model]()
        graphs[name] = read_model(data)
        (folder / name).mkdir()
        compiled = compile_model(graphs[name], Target(PORTABLE, "host"), name, model=data, card=CARDS[name])
        for file, content in compiled.files.items():
            (folder / name / file).write_bytes(content)
    (folder / "main.c").write_text(PROGRAM)
    return graphs


def check(program: Path, graphs: dict[str, Graph]) -> None:
    """Check that the outputs of both models equal the oracle's."""
    inputs = {name: random_inputs(graph, 1, seed) for seed, (name, graph) in enumerate(graphs.items())}
    samples = program.with_suffix(".in")
    samples.write_bytes(b"".join(np.ascontiguousarray(array).tobytes() for each in inputs.values() for array in each))
    answers = program.with_suffix(".out")
    process.run(["sh", "-c", '"$1" < "$2" > "$3"', "sh", str(program), str(samples), str(answers)])
    expected = [Oracle(graph).run_all(inputs[name]) for name, graph in graphs.items()]
    assert answers.read_bytes() == b"".join(array.tobytes() for each in expected for array in each)


def test_two_libraries_link_into_one_program(tmp_path: Path) -> None:
    graphs = write(tmp_path)
    for name in MODELS:
        process.run(["make", "-C", str(tmp_path / name)])
    includes = [f"-I{tmp_path / name}" for name in MODELS]
    libraries = [str(tmp_path / name / "build" / f"lib{name}.a") for name in MODELS]
    program = tmp_path / "program"
    process.run(["gcc", *STRICT_FLAGS, *includes, "-o", str(program), str(tmp_path / "main.c"), *libraries])
    check(program, graphs)
    process.run(["gcc", *STRICT_FLAGS, *includes, "-o", str(program), str(tmp_path / "main.c"), *reversed(libraries)])
    check(program, graphs)


def test_the_union_of_the_files_is_one_program(tmp_path: Path) -> None:
    graphs = write(tmp_path)
    files: dict[str, bytes] = {}
    for name in MODELS:
        for path in (tmp_path / name).iterdir():
            if path.suffix in (".c", ".h"):
                assert files.setdefault(path.name, path.read_bytes()) == path.read_bytes(), path.name
    union = tmp_path / "union"
    union.mkdir()
    for file, content in files.items():
        (union / file).write_bytes(content)
    program = tmp_path / "program"
    sources = [str(path) for path in sorted(union.glob("*.c"))]
    process.run(
        ["gcc", *STRICT_FLAGS, "-O1", f"-I{union}", "-o", str(program), str(tmp_path / "main.c"), *sources],
        timeout=300,
    )
    check(program, graphs)
