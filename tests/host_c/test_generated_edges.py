"""Unusual graphs: nothing to compute, constants only, shared tensors, inputs that are also outputs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import NativeModel, NativeProgram
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.compare import HOST_FLAGS, differences, random_inputs
from tests.support.tflite_writer import SubgraphSpec, write_model

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

SHAPE = (1, 3, 3, 2)


def image(g: SubgraphSpec, name: str, scale: float = 0.1) -> int:
    return g.tensor(SHAPE, scale=[scale], zero_point=[3], name=name)


def passed_through(g: SubgraphSpec) -> None:
    """The input is also an output, and is read by a node that could work in place."""
    g.inputs.append(image(g, "in"))
    out = image(g, "out", 0.2)
    g.node("ADD", [0, 0], [out], (0, "i8", 0))
    g.outputs += [out, 0]


def constant_output(g: SubgraphSpec) -> None:
    """No output depends on the input, which remains in the interface."""
    g.inputs.append(image(g, "in"))
    a = g.const(np.arange(18).reshape(SHAPE), "int8", scale=[0.1], name="a")
    out = image(g, "out", 0.2)
    g.node("ADD", [a, a], [out], (0, "i8", 0))
    g.outputs.append(out)


def same_output_twice(g: SubgraphSpec) -> None:
    g.inputs.append(image(g, "in"))
    out = image(g, "out", 0.2)
    g.node("ADD", [0, 0], [out], (0, "i8", 1))
    g.outputs += [out, out]


def reshaped_output(g: SubgraphSpec) -> None:
    """RESHAPE generates no code: the output has the same bytes as the input."""
    g.inputs.append(image(g, "in"))
    out = g.tensor((1, 18), scale=[0.1], zero_point=[3], name="out")
    g.node("RESHAPE", [0, g.const([1, 18], "int32", name="shape")], [out])
    g.outputs.append(out)


def concatenation_of_an_input(g: SubgraphSpec) -> None:
    """Concatenation of rows: the parts, one of them the model's input, are views of the result."""
    g.inputs.append(g.tensor((1, 2, 2, 2), scale=[0.1], zero_point=[3], name="in"))
    more = g.tensor((1, 2, 2, 2), scale=[0.1], zero_point=[3], name="more")
    g.node("RELU", [0], [more])
    out = g.tensor((1, 4, 2, 2), scale=[0.1], zero_point=[3], name="out")
    g.node("CONCATENATION", [0, more], [out], (0, "i32", 1), (1, "i8", 0))
    g.outputs += [out, more]


def concatenation_of_one_thing_twice(g: SubgraphSpec) -> None:
    """A tensor cannot be a view at two offsets, so that this one is copied."""
    g.inputs.append(g.tensor((1, 2, 2, 2), scale=[0.1], zero_point=[3], name="in"))
    more = g.tensor((1, 2, 2, 2), scale=[0.1], zero_point=[3], name="more")
    g.node("RELU", [0], [more])
    out = g.tensor((1, 4, 2, 2), scale=[0.1], zero_point=[3], name="out")
    g.node("CONCATENATION", [more, more], [out], (0, "i32", 1), (1, "i8", 0))
    g.outputs.append(out)


EDGES: tuple[Callable[[SubgraphSpec], None], ...] = (
    passed_through,
    constant_output,
    same_output_twice,
    reshaped_output,
    concatenation_of_an_input,
    concatenation_of_one_thing_twice,
)


@pytest.mark.parametrize("optimize", list(Optimize))
def test_edge_models_agree_with_the_oracle(optimize: Optimize) -> None:
    graphs = {}
    for build in EDGES:
        spec = SubgraphSpec()
        build(spec)
        graphs[build.__name__] = read_model(write_model(spec))
    target = Target(PORTABLE, "host", optimize)
    compiled = [compile_model(graph, target, name) for name, graph in graphs.items()]
    program = NativeProgram(compiled, sanitize=True, flags=HOST_FLAGS)
    for each in compiled:
        graph = graphs[each.name]
        inputs = random_inputs(graph, 3, 1)
        answers = {"oracle": Oracle(graph).run_all(inputs), "C": NativeModel(each, program=program).run_all(inputs)}
        assert differences(answers) == "", each.name
    program.close()
