"""The toolkit extended from outside: an instruction set, a kernel variant for it, an operator, and a pass.

Nothing here touches a file of the package. The model is a .tflite file with a builtin operator (MAXIMUM), for which the
made-up instruction set has its own kernel, and with made-up custom operators, which take the shared portable
kernel of operators that map bytes to bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.call import Call, IntArg, Invocation, TensorArg, in_place
from mcu_toolkit.compiler.emit.kernel_files import KERNEL_FOLDERS
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.passes import PASSES, Pass, Stage
from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.errors import UnsupportedError
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import NativeModel
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.targets.isa import ISAS, PORTABLE, Costs, Isa
from mcu_toolkit.targets.target import Target
from tests.support.tflite_writer import SubgraphSpec, write_model

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

# -- the instruction set: runs portable C, with other alignments and unit costs

WIDE = Isa(
    id="wide",
    name="made-up 32-byte vectors",
    also_runs=(PORTABLE.id,),
    tensor_align=32,
    scratch_align=32,
    costs=replace(Costs(), lookup_byte=1),
)

# -- its kernel: MAXIMUM of two tensors of equal shape

HEADER = """#ifndef WIDE_MAXIMUM_H
#define WIDE_MAXIMUM_H
#include "mcutk_types.h"
void wide_maximum_s8(const int8_t *a, const int8_t *b, int8_t *out, int32_t count);
#endif
"""
SOURCE = """#include "wide_maximum.h"
void wide_maximum_s8(const int8_t *a, const int8_t *b, int8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        out[i] = a[i] > b[i] ? a[i] : b[i];
    }
}
"""


def accepts_maximum(request: Request) -> bool:
    a, b = (request.graph.tensors[index] for index in request.node.inputs)
    return a.shape == b.shape == request.result.shape


def call_maximum(request: Request) -> Call:
    tensors = tuple(TensorArg(index) for index in (*request.node.inputs, request.output))
    return Call(
        invocations=(Invocation("wide_maximum_s8", (*tensors, IntArg(request.result.elements))),),
        sources=("wide/wide_maximum.c",),
        headers=("wide/wide_maximum.h",),
        overlaps=tuple(overlap for index in request.node.inputs for overlap in in_place(index, request.output)),
        cost=request.costs.call + request.result.elements // 32,
    )


# -- the operators: exact functions of one int8 with the input's quantization


class Elementwise(Lookup):
    """A made-up custom operator."""

    custom = True
    elementwise = 1
    forms = "int8"

    def limits(self, graph: Graph, node: Node) -> str | None:
        data, out = tensors_of(graph, node)
        return None if data.quant is not None and out.quant is not None else "not quantized"


class Mirror(Elementwise):
    """q becomes -1 - q; twice is the identity."""

    name = "Mirror"

    def table(self, graph: Graph, node: Node) -> Table:
        return np.asarray(-1 - ALL_INT8, np.int8)


class Fold(Elementwise):
    """q becomes abs(q) - 64, which has no inverse."""

    name = "Fold"

    def table(self, graph: Graph, node: Node) -> Table:
        return np.asarray(abs(ALL_INT8) - 64, np.int8)


# -- the pass: two elementwise nodes in a row whose tables undo each other are removed


def remove_inverses(graph: Graph) -> Graph:
    """Uses the trait `elementwise` and the tables of operators, and no names of operators."""
    producers = graph.producers()
    same: dict[int, int] = {}
    for node in graph.nodes:
        inner = producers.get(node.inputs[0]) if node.inputs else None
        if inner is None or node.outputs[0] in graph.outputs:
            continue
        tables = [table_of(graph, one) for one in (graph.nodes[inner], node)]
        if any(table is None for table in tables):
            continue
        first, second = (np.asarray(table, np.int64) for table in tables)
        if (second[first + 128] == ALL_INT8).all():
            same[node.outputs[0]] = graph.nodes[inner].inputs[0]
    if not same:
        return graph
    kept = [node for node in graph.nodes if not set(node.outputs) <= set(same)]
    nodes = [replace(node, inputs=tuple(same.get(index, index) for index in node.inputs)) for node in kept]
    return replace(graph, nodes=tuple(nodes))


def table_of(graph: Graph, node: Node) -> Array | None:
    operator = OPERATORS[node.op]
    return operator.table(graph, node) if operator.elementwise == 1 else None


# -- the model


SHAPE = (1, 7, 5, 3)


def model() -> bytes:
    """fold(maximum(mirror(mirror(fold(x))), mirror(x))): the pass removes the two consecutive mirrors."""
    g = SubgraphSpec()

    def tensor(name: str) -> int:
        return g.tensor(SHAPE, scale=[0.1], zero_point=[3], name=name)

    x, folded, once, twice, mirrored, greatest, y = (tensor(name) for name in ("x", "f", "m1", "m2", "m", "g", "y"))
    g.inputs.append(x)
    g.node("CUSTOM(Fold)", [x], [folded])
    g.node("CUSTOM(Mirror)", [folded], [once])
    g.node("CUSTOM(Mirror)", [once], [twice])
    g.node("CUSTOM(Mirror)", [x], [mirrored])
    g.node("MAXIMUM", [twice, mirrored], [greatest], (0, "i32", 0))
    g.node("CUSTOM(Fold)", [greatest], [y])
    g.outputs.append(y)
    return write_model(g)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A kernel folder outside the package."""
    (tmp_path / "wide_maximum.h").write_text(HEADER)
    (tmp_path / "wide_maximum.c").write_text(SOURCE)
    return tmp_path


@pytest.fixture
def extended(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(ISAS.added(WIDE.id, WIDE))
        stack.enter_context(KERNEL_FOLDERS.added("wide", folder))
        stack.enter_context(
            KERNELS.added("wide_maximum_s8", Kernel(("MAXIMUM",), call_maximum, WIDE.id, accepts_maximum))
        )
        for operator in (Mirror(), Fold()):
            stack.enter_context(OPERATORS.added(operator.name, operator))
        stack.enter_context(PASSES.added("inverses", Pass(remove_inverses, Stage.SIMPLIFY, order=45)))
        yield


def samples() -> Array:
    return np.random.default_rng(1).integers(-128, 128, (50, *SHAPE[1:])).astype(np.int8)


def native_output(compiled: Compiled) -> Array:
    with NativeModel(compiled, sanitize=True) as native:
        return native.run(samples())


@pytest.mark.usefixtures("extended")
def test_generated_c_equals_the_oracle_byte_for_byte() -> None:
    graph = read_model(model())
    expected = Oracle(graph).run(samples())
    assert len(np.unique(expected)) > 50
    for target in (Target(WIDE, "wide-core"), Target(PORTABLE, "host")):
        assert native_output(compile_model(graph, target)).tobytes() == expected.tobytes()


@pytest.mark.usefixtures("extended")
def test_the_kernel_of_the_instruction_set_is_called(folder: Path) -> None:
    graph = read_model(model())
    compiled = compile_model(graph, Target(WIDE, "wide-core"))
    assert [call.name for call in compiled.calls] == ["mcutk_lookup_8"] * 2 + ["wide_maximum_s8", "mcutk_lookup_8"]
    assert b"wide_maximum_s8(" in compiled.files["model.c"]
    assert compiled.files["wide_maximum.c"].decode() == SOURCE
    assert "mcutk_elementwise.c" not in compiled.files
    # With a wrong kernel the output is wrong: no other kernel computes MAXIMUM.
    (folder / "wide_maximum.c").write_text(SOURCE.replace("a[i] > b[i]", "a[i] < b[i]"))
    wrong = native_output(compile_model(graph, Target(WIDE, "wide-core")))
    assert (wrong != Oracle(graph).run(samples())).any()


@pytest.mark.usefixtures("extended")
def test_other_instruction_sets_keep_their_kernels() -> None:
    compiled = compile_model(read_model(model()), Target(PORTABLE, "host"))
    assert [call.name for call in compiled.calls] == ["mcutk_lookup_8"] * 2 + ["mcutk_maximum_s8", "mcutk_lookup_8"]
    assert "wide_maximum.c" not in compiled.files


@pytest.mark.usefixtures("extended")
def test_alignments_and_costs_are_those_of_the_instruction_set() -> None:
    graph = read_model(model())
    wide, plain = (compile_model(graph, Target(isa, "core")) for isa in (WIDE, PORTABLE))
    assert {offset % 32 for offset in wide.plan.offsets.values()} == {0} and wide.plan.align == 32
    assert plain.plan.align == 4
    assert wide.calls[0].cost < plain.calls[0].cost


@pytest.mark.usefixtures("extended")
def test_the_pass_removes_the_inverse_operators() -> None:
    compiled = compile_model(read_model(model()), Target(WIDE, "wide-core"))
    assert sorted(node.op for node in compiled.graph.nodes) == ["Fold", "Fold", "MAXIMUM", "Mirror"]


def test_without_the_extension_the_model_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="Mirror"):
        compile_model(read_model(model()), Target(PORTABLE, "host"))
