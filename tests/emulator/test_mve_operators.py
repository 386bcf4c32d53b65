"""Helium operators other than convolutions on the emulated Cortex-M55, and pools on the M4, against the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.compiler.call import Call, IntArg, ParamsArg, ScratchArg, TensorArg
from mcu_toolkit.compiler.kernels.base import KERNELS, Request
from mcu_toolkit.graph.attrs import Activation, Arithmetic, Attrs, Padding, Pool2D
from mcu_toolkit.graph.ir import DType, Graph, Node, Quant, Tensor
from mcu_toolkit.graph.ops import operator
from tests.support.arm_rig import MACHINES, Machine, Result, assert_exact, needs_arm, run_kernels
from tests.support.kernel_cases import CaseTable

MACHINE = MACHINES["m55"]

pytestmark = needs_arm


def field_text(value: object) -> str:
    """A field of a parameter struct: an integer or an array of integers."""
    return f"{{{', '.join(map(str, value))}}}" if isinstance(value, tuple) else str(value)


def call_text(call: Call, arrays: dict[int, str]) -> str:
    """The call of a kernel as C; C expressions stand for the tensors."""
    (invocation,) = call.invocations
    parts = []
    for argument in invocation.arguments:
        if isinstance(argument, TensorArg):
            parts.append(arrays[argument.index])
        elif isinstance(argument, ParamsArg):
            fields = ", ".join(f".{name} = {field_text(value)}" for name, value in argument.fields)
            parts.append(f"&(const {argument.ctype}){{{fields}}}")
        elif isinstance(argument, ScratchArg):
            parts.append("scratch")
        else:
            assert isinstance(argument, IntArg)
            parts.append(str(argument.value))
    return f"{invocation.function}({', '.join(parts)})"


def run_calls(folder: Path, cases: Sequence[tuple[Graph, Call]], machine: Machine = MACHINE) -> list[Result]:
    """Run one node per case (the only one of its graph) in the rig, against the NumPy oracle."""
    table = CaseTable(sources=sorted({source for _, call in cases for source in call.sources}))
    table.headers = {header for _, call in cases for header in call.headers}
    for n, (graph, call) in enumerate(cases):
        rng = np.random.default_rng(n)
        values = [rng.integers(-128, 128, graph.tensors[i].shape).astype(np.int8) for i in graph.inputs]
        meaning = operator(graph.nodes[0].op)
        assert meaning is not None
        for value in values:
            value.reshape(-1)[: value.size // 8] = rng.choice([-128, 127], value.size // 8)
        (expected,) = meaning.evaluate(graph, graph.nodes[0], values)
        # The rig gives one buffer that contains both inputs, one after the other.
        sizes = [v.size for v in values]
        arrays = {i: f"in + {sum(sizes[:k])}" for k, i in enumerate(graph.inputs)}
        arrays[graph.outputs[0]] = "out"
        joined = np.concatenate([v.reshape(-1) for v in values])
        table.add(f"{call_text(call, arrays)};", joined, expected, call.scratch_bytes)
    return run_kernels(folder, machine, table)


def activation(shape: tuple[int, ...], scale: float, zero: int) -> Tensor:
    quant = Quant(np.array([scale], np.float32), np.array([zero], np.int64))
    return Tensor("t", shape, DType.INT8, quant)


def one_node(op: str, inputs: Sequence[Tensor], output: Tensor, attrs: Attrs) -> Graph:
    """A graph of one node whose inputs are all activations."""
    count = len(inputs)
    node = Node(op, tuple(range(count)), (count,), attrs, 0)
    return Graph("one", (*inputs, output), (node,), tuple(range(count)), (count,))


def best_call(graph: Graph, machine: Machine = MACHINE) -> Call:
    """The graph's only node with the kernel of the machine's own instruction set."""
    request = Request(graph, graph.nodes[0], machine.target)
    variant = KERNELS.variants(request.node.op, machine.isa)[0]
    assert variant.isa == machine.isa.id and variant.takes(request)
    return variant.pack(request, variant.call(request))


def test_add_equals_the_reference_arithmetic(tmp_path: Path) -> None:
    cases = []
    scales = [(0.1, 0.1, 0.2), (0.02, 0.5, 0.3), (0.9, 0.0004, 0.7), (1.0, 0.3, 0.004), (0.05, 0.06, 5.0)]
    zeros = [(-128, 127, 0), (0, -128, -128), (5, 9, 127), (-1, 1, -7), (127, 127, -128)]
    for n, (scale, zero) in enumerate(zip(scales, zeros, strict=True)):
        shape = (1, 3, 5, 7 + n) if n < 2 else (1, 9, 25, 7 + n)
        a, b, out = (activation(shape, s, z) for s, z in zip(scale, zero, strict=True))
        fused = Activation.RELU if n % 2 else Activation.NONE
        graph = one_node("ADD", (a, b), out, Arithmetic(activation=fused))
        cases.append((graph, best_call(graph)))
    assert [call.name for _, call in cases] == ["mcutk_add_mve"] * 2 + ["mcutk_add_table_mve"] * (len(cases) - 2)
    assert_exact(run_calls(tmp_path, cases))


@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize("op", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
def test_pools_equal_the_reference_arithmetic(tmp_path: Path, op: str, core: str) -> None:
    machine = MACHINES[core]
    cases = []
    windows = [((8, 8, 20), (2, 2), (2, 2), Padding.VALID), ((5, 7, 3), (3, 3), (2, 1), Padding.SAME),
               ((20, 20, 9), (20, 20), (1, 1), Padding.VALID), ((6, 6, 33), (6, 6), (1, 1), Padding.VALID),
               ((5, 6, 10), (4, 1), (2, 2), Padding.SAME), ((4, 3, 17), (1, 1), (2, 1), Padding.VALID),
               ((75, 76, 2), (75, 76), (1, 1), Padding.VALID)]  # fmt: skip
    for shape, kernel, stride, padding in windows:
        h, w = ((i + s - 1) // s if padding is Padding.SAME else (i - k) // s + 1
                for i, k, s in zip(shape, kernel, stride, strict=False))  # fmt: skip
        attrs = Pool2D(padding=padding, stride_h=stride[0], stride_w=stride[1], filter_h=kernel[0], filter_w=kernel[1])
        tensors = activation((1, *shape), 0.1, -3), activation((1, h, w, shape[2]), 0.1, -3)
        graph = one_node(op, tensors[:1], tensors[1], attrs)
        cases.append((graph, best_call(graph, machine)))
    assert_exact(run_calls(tmp_path, cases, machine))


@pytest.mark.parametrize("op", ["ADD", "SUB", "MUL"])
def test_broadcasting_equals_the_reference_arithmetic(tmp_path: Path, op: str) -> None:
    cases = []
    shapes = [((1, 5, 6, 19), (19,)), ((1, 3, 1, 8), (1, 3, 7, 8)), ((1, 4, 6, 5), (1, 1, 1, 1)), ((2, 33), (2, 33))]
    for n, (first, second) in enumerate(shapes):
        shape = tuple(int(extent) for extent in np.broadcast_shapes(first, second))
        a, b = activation(first, 0.02 * (n + 1), 3 - n), activation(second, 0.03, -128)
        graph = one_node(op, (a, b), activation(shape, 0.05, 5 * n), Arithmetic(activation=Activation.NONE))
        request = Request(graph, graph.nodes[0], MACHINE.target)
        kernel = KERNELS.find(f"mcutk_{'mul' if op == 'MUL' else 'add'}_broadcast_mve")
        assert kernel.takes(request)
        cases.append((graph, kernel.call(request)))
    assert_exact(run_calls(tmp_path, cases))
