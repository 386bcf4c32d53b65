"""Outputs of a model in three ways: the oracle, TensorFlow Lite Micro, the generated C on the host."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.errors import ToolFailedError
from mcu_toolkit.graph.ir import Array, Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.requantize import RANGES
from mcu_toolkit.host.native import NativeModel, NativeProgram
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.host.tflm import TflmRuntime
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target

#: Sanitizers stop at the first error; optimization is off, because most of the time is spent in the compiler.
HOST_FLAGS = ("-O0",)


def random_inputs(graph: Graph, count: int, seed: int) -> list[Array]:
    """`count` samples for each input: the extremes of its type, then uniform values."""
    rng = np.random.default_rng(seed)
    arrays: list[Array] = []
    for index in graph.inputs:
        tensor = graph.tensors[index]
        if tensor.dtype.numpy.kind == "f":
            arrays.append((rng.standard_normal((count, *tensor.shape)) * 4).astype(np.float32))
            continue
        low, high = RANGES[tensor.dtype]
        array = rng.integers(low, high, (count, *tensor.shape), endpoint=True).astype(tensor.dtype.numpy)
        array[:1] = low
        array[1:2] = high
        arrays.append(array)
    return arrays


def differences(answers: dict[str, list[Array]]) -> str:
    """Descriptions of the outputs that differ from the first; empty if all are equal."""
    (reference, expected), *others = answers.items()
    found = []
    for name, outputs in others:
        for number, (a, b) in enumerate(zip(expected, outputs, strict=True)):
            if a.dtype != b.dtype or a.shape != b.shape:
                found.append(f"output {number}: {reference} {a.dtype}{a.shape}, {name} {b.dtype}{b.shape}")
            elif a.tobytes() != b.tobytes():
                where = tuple(int(i[0]) if len(i) else 0 for i in np.nonzero(np.atleast_1d(a != b)))
                found.append(
                    f"output {number}: {int((a != b).sum())} of {a.size} differ; at {where} "
                    f"{reference} {np.atleast_1d(a)[where]}, {name} {np.atleast_1d(b)[where]}"
                )
    return "; ".join(found)


def three_ways(
    models: Mapping[str, bytes],
    seed: int,
    *,
    samples: int = 4,
    sanitize: bool = True,
    optimize: Optimize | None = None,
    interpreter: bool = True,
) -> dict[str, str]:
    """Run models in three ways; the generated C of all models is one program.

    Args:
        models: name, an identifier → .tflite file.
        seed: of the first model's inputs, then counting up; also selects the optimization goal of each model.
        samples: how many inputs.
        sanitize: compile with AddressSanitizer and UndefinedBehaviorSanitizer.
        interpreter: compare with TensorFlow Lite Micro too; False for operators that it lacks.
        optimize: one goal for all models; None for the choice by seed.

    Returns:
        Name → descriptions of the differences, of the models whose outputs are not all equal.
    """
    graphs = {name: read_model(data) for name, data in models.items()}
    modes = tuple(Optimize)
    compiled = [
        compile_model(graph, Target(PORTABLE, "host", optimize or modes[(seed + number) % len(modes)]), name)
        for number, (name, graph) in enumerate(graphs.items())
    ]
    found = {}
    program = NativeProgram(compiled, sanitize=sanitize, flags=HOST_FLAGS)
    try:
        for number, each in enumerate(compiled):
            graph = graphs[each.name]
            inputs = random_inputs(graph, samples, seed + number)
            keep = any(tensor.variable for tensor in graph.tensors)
            answers = {"oracle": Oracle(graph).run_all(inputs, keep_state=keep)}
            if interpreter:
                answers["TFLM"] = TflmRuntime(models[each.name]).run_all(inputs, keep_state=keep)
            try:
                answers["C"] = NativeModel(each, program=program).run_all(inputs, keep_state=keep)
                problem = differences(answers)
            except ToolFailedError as crash:
                problem = str(crash)
            if problem:
                found[each.name] = problem
    finally:
        program.close()
    return found
