"""Operators and passes from outside the package: read, checked, computed and optimized like the package's own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pytest

from mcu_toolkit.compiler.passes import PASSES, Pass, Stage, channels, duplicates, run_all
from mcu_toolkit.compiler.passes.edit import Editor
from mcu_toolkit.compiler.passes.strips import regions, split
from mcu_toolkit.graph.attrs import Attrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.requantize import scale_of, zero_point_of
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from tests.support.compare import differences, random_inputs
from tests.support.tflite_writer import SAME, SubgraphSpec, write_model

ZERO_POINT = -20
QUANT = {"scale": [0.125], "zero_point": [ZERO_POINT]}


class Sign(Lookup):
    """SIGN: a builtin operator of the schema that the package does not have."""

    name = "SIGN"
    forms = "int8"

    def table(self, graph: Graph, node: Node) -> Table:
        zero = zero_point_of(graph.tensors[node.outputs[0]])
        return np.clip(np.sign(ALL_INT8 - zero) * 8 + zero, -128, 127).astype(np.int8)

    def macs(self, graph: Graph, node: Node) -> int:
        return graph.tensors[node.outputs[0]].elements


class Later(Sign):
    """An operator of a later version of the schema."""

    name = "BUILTIN_230"


@dataclass(frozen=True)
class ThresholdAttrs(Attrs):
    """Real number below which the result is 0."""

    least: float = 0.0


def _read_threshold(options: Options) -> ThresholdAttrs:
    return ThresholdAttrs(*struct.unpack("<f", options.custom))


class Threshold(Lookup):
    """A CUSTOM operator with options of its own."""

    name = "Threshold"
    forms = "int8"
    custom = True
    options = OptionsFormat(0, _read_threshold)

    def table(self, graph: Graph, node: Node) -> Table:
        assert isinstance(node.attrs, ThresholdAttrs)
        data = graph.tensors[node.inputs[0]]
        real = scale_of(data) * (ALL_INT8 - zero_point_of(data))
        return np.where(real >= node.attrs.least, ALL_INT8, zero_point_of(data)).astype(np.int8)


@pytest.fixture
def _registered() -> Iterator[None]:
    with ExitStack() as stack:
        for kind in (Sign(), Later(), Threshold()):
            stack.enter_context(OPERATORS.added(kind.name, kind))
        yield


class Network(SubgraphSpec):
    """A model with one image as input, built operator by operator."""

    def conv(self, data: int, weights: np.ndarray) -> int:
        """CONV_2D of stride 1 with SAME padding and a RELU; its output."""
        out = self.tensor((*self.tensors[data].shape[:3], len(weights)), **QUANT)
        held = self.const(weights, "int8", scale=[0.01])
        self.node(
            "CONV_2D", [data, held], [out], (0, "i8", SAME), (1, "i32", 1), (2, "i32", 1), (3, "i8", 1), (4, "i32", 1),
            (5, "i32", 1),
        )  # fmt: skip
        return out

    def unary(self, op: str, data: int, custom: bytes = b"") -> int:
        """An elementwise operator; its output."""
        out = self.tensor(self.tensors[data].shape, **QUANT)
        self.node(op, [data], [out], custom=custom)
        return out


def model(*ops: str, twice: bool = False, least: float = 1.0) -> bytes:
    """CONV_2D, a chain of the operators (optionally two equal branches), and a CONV_2D without channel 2."""
    rng, graph = np.random.default_rng(5), Network()
    data = graph.tensor((1, 12, 6, 4), **QUANT)
    start = graph.conv(data, rng.integers(-127, 128, (4, 3, 3, 4)))
    ends = []
    for _ in range(1 + twice):
        end = start
        for op in ops:
            end = graph.unary(op, end, struct.pack("<f", least) if op == "CUSTOM(Threshold)" else b"")
        ends.append(end)
    if twice:
        joined = graph.tensor(graph.tensors[start].shape, **QUANT)
        graph.node("ADD", ends, [joined], (0, "i8", 0))
        ends = [joined]
    last = rng.integers(-127, 128, (4, 3, 3, 4))
    last[..., 2] = 0
    out = graph.conv(ends[0], last)
    graph.inputs, graph.outputs = [data], [out]
    return write_model(graph)


def outputs(graph: Graph) -> list[Array]:
    return Oracle(graph).run_all(random_inputs(graph, 6, 1))


def assert_unchanged(before: Graph, after: Graph) -> None:
    verify(after)
    assert differences({"before": outputs(before), "after": outputs(after)}) == ""


@pytest.mark.parametrize("op", ["SIGN", "BUILTIN_230", "CUSTOM(Threshold)"])
def test_unknown_operator_is_refused_by_name(op: str) -> None:
    (problem,) = unsupported(read_model(model(op)))
    assert (problem.node, problem.operator) == (1, op)


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize("op", ["SIGN", "BUILTIN_230", "CUSTOM(Threshold)"])
def test_registered_operator_is_read_checked_and_computed(op: str) -> None:
    graph = read_model(model(op))
    verify(graph)
    assert unsupported(graph) == ()
    node = graph.nodes[1]
    kind = OPERATORS[node.op]
    steps = Oracle(graph).run_steps(random_inputs(graph, 6, 1))
    table = kind.table(graph, node)
    assert table is not None
    np.testing.assert_array_equal(
        steps[node.outputs[0]], table[steps[node.inputs[0]].astype(np.int16) + 128], strict=True
    )
    assert kind.macs(graph, node) == (0 if node.op == "Threshold" else graph.tensors[node.outputs[0]].elements)


@pytest.mark.usefixtures("_registered")
def test_custom_operator_reads_its_own_options() -> None:
    assert read_model(model("CUSTOM(Threshold)", least=2.5)).nodes[1].attrs == ThresholdAttrs(2.5)


def test_a_builtin_code_does_not_select_a_custom_operator_of_the_same_name() -> None:
    kind = Threshold()
    with OPERATORS.added("SIGN", kind):
        assert read_model(model("SIGN")).nodes[1].op == "BUILTIN(SIGN)"


@pytest.mark.usefixtures("_registered")
def test_dead_channels_go_through_a_registered_operator() -> None:
    graph = read_model(model("SIGN", "CUSTOM(Threshold)"))
    result = channels.run(graph)
    widths = [result.tensors[node.outputs[0]].shape[-1] for node in result.nodes]
    assert widths == [3, 3, 3, 4]
    assert_unchanged(graph, result)


@pytest.mark.usefixtures("_registered")
def test_equal_nodes_of_a_registered_operator_merge() -> None:
    graph = read_model(model("SIGN", "CUSTOM(Threshold)", twice=True))
    result = duplicates.run(graph)
    assert [node.op for node in result.nodes] == ["CONV_2D", "SIGN", "Threshold", "ADD", "CONV_2D"]
    assert_unchanged(graph, result)


@pytest.mark.usefixtures("_registered")
def test_registered_operator_runs_in_strips() -> None:
    graph = read_model(model("SIGN"))
    whole = next(region for region in regions(graph, 8) if (region.first, region.last) == (0, 2))
    result = split(graph, whole, 3, 4)
    assert result is not None
    assert sum(node.op == "SIGN" for node in result.nodes) == 3
    assert_unchanged(graph, result)


def drop_identity_tables(graph: Graph) -> Graph:
    """Remove nodes whose table gives back every input."""
    editor = Editor(graph)
    for number, node in enumerate(graph.nodes):
        table = OPERATORS[node.op].table(graph, node)
        if table is not None and np.array_equal(table, ALL_INT8) and node.outputs[0] not in graph.outputs:
            editor.substitute(node.outputs[0], node.inputs[0])
            editor.drop(number)
    return editor.finish()


@pytest.mark.usefixtures("_registered")
def test_registered_pass_runs_with_the_others() -> None:
    graph = read_model(model("SIGN", "CUSTOM(Threshold)", least=-1e6))
    assert "Threshold" in [node.op for node in run_all(graph).nodes]
    with PASSES.added("identity_tables", Pass(drop_identity_tables, Stage.SIMPLIFY, order=45)):
        result = run_all(graph)
    assert [node.op for node in result.nodes] == ["CONV_2D", "SIGN", "CONV_2D"]
    assert_unchanged(graph, result)


def test_registered_pass_that_breaks_the_graph_is_named() -> None:
    def lose_a_node(graph: Graph) -> Graph:
        return Graph(graph.name, graph.tensors, graph.nodes[1:], graph.inputs, graph.outputs)

    from mcu_toolkit.errors import CompileError

    with PASSES.added("careless", Pass(lose_a_node, Stage.FINISH, order=0)):
        graph = read_model(model("RELU"))
        with pytest.raises(CompileError, match="careless"):
            run_all(graph)
