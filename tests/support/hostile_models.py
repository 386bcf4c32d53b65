"""Models that ask much of the host: long chains, many tensors that live together, huge tensors, shared constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.support.tflite_writer import SubgraphSpec, write_model

_QUANT: dict[str, Any] = {"scale": [0.1], "zero_point": [0]}
_ADD = (0, "i8", 0)
_SMALL = (1, 8, 8, 4)


def _chain(shape: Sequence[int], count: int, step: Callable[[SubgraphSpec, int, int], None], **quant: Any) -> bytes:
    """`count` nodes in a row; `step(graph, input, output)` adds one."""
    graph = SubgraphSpec()
    here = graph.tensor(shape, **_QUANT)
    graph.inputs.append(here)
    for _ in range(count):
        there = graph.tensor(shape, **(quant or _QUANT))
        step(graph, here, there)
        here = there
    graph.outputs.append(here)
    return write_model(graph)


def logistics(shape: Sequence[int], count: int) -> bytes:
    """A chain of LOGISTIC."""
    return _chain(shape, count, lambda g, a, b: g.node("LOGISTIC", [a], [b]), scale=[1 / 256], zero_point=[-128])


def additions(count: int) -> bytes:
    """A chain of ADD whose first input stays live to the end."""
    return _chain(_SMALL, count, lambda g, a, b: g.node("ADD", [a, 0], [b], _ADD))


def pools(side: int, count: int) -> bytes:
    """A chain of MAX_POOL_2D over a large image."""
    window = ((0, "i8", 0), (1, "i32", 1), (2, "i32", 1), (3, "i32", 3), (4, "i32", 3))
    return _chain((1, side, side, 1), count, lambda g, a, b: g.node("MAX_POOL_2D", [a], [b], *window))


def convolutions(count: int) -> bytes:
    """A chain of CONV_2D that share their weights."""
    stride = ((0, "i8", 0), (1, "i32", 1), (2, "i32", 1))

    def step(graph: SubgraphSpec, source: int, result: int) -> None:
        if not weights:
            weights.append(graph.const(np.ones((4, 1, 1, 4)), "int8", scale=[0.01], zero_point=[0]))
        graph.node("CONV_2D", [source, weights[0]], [result], *stride)

    weights: list[int] = []
    return _chain(_SMALL, count, step)


def shared_constant(size: int, count: int) -> bytes:
    """A chain of ADD, each of the same large constant."""

    def step(graph: SubgraphSpec, source: int, result: int) -> None:
        if not constants:
            constants.append(graph.const(np.arange(size) % 100, "int8", **_QUANT))
        graph.node("ADD", [source, constants[0]], [result], _ADD)

    constants: list[int] = []
    return _chain((1, size), count, step)


def branches(count: int) -> bytes:
    """`count` tensors that live at one time, summed in a tree."""
    graph = SubgraphSpec()
    source = graph.tensor(_SMALL, **_QUANT)
    graph.inputs.append(source)
    level = []
    for number in range(count):
        level.append(graph.tensor(_SMALL, scale=[0.1 + number * 1e-4], zero_point=[0]))
        graph.node("ADD", [source, source], [level[-1]], _ADD)
    while len(level) > 1:
        above = []
        for a, b in zip(level[::2], level[1::2], strict=False):
            above.append(graph.tensor(_SMALL, **_QUANT))
            graph.node("ADD", [a, b], [above[-1]], _ADD)
        level = above + level[len(above) * 2 :]
    graph.outputs.append(level[0])
    return write_model(graph)


def borders(count: int) -> bytes:
    """A model of `count` inputs and outputs."""
    graph = SubgraphSpec()
    for _ in range(count):
        source, result = graph.tensor((1, 64), **_QUANT), graph.tensor((1, 64), scale=[1 / 256], zero_point=[-128])
        graph.node("LOGISTIC", [source], [result])
        graph.inputs.append(source)
        graph.outputs.append(result)
    return write_model(graph)


#: Name → model of less than 1 MB. Each once took over ten seconds or over a gigabyte.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a chain of 3,500 nodes": lambda: logistics(_SMALL, 3500),
    "3,500 nodes beside a live tensor": lambda: additions(3500),
    "3,500 convolutions of one weight": lambda: convolutions(3500),
    "1,500 live tensors": lambda: branches(1500),
    "1,000 inputs and outputs": lambda: borders(1000),
    "134 million channels": lambda: logistics((1, 1, 1, 1 << 27), 3),
    "60 tensors of 32 MB": lambda: logistics((1, 1, 1, 1 << 25), 60),
    "60 images of 67 million pixels": lambda: pools(1 << 13, 60),
    "1,000 readers of a large constant": lambda: shared_constant(300_000, 1000),
}

#: Models at the limits of what is accepted.
LARGE: dict[str, Callable[[], bytes]] = {
    "tensors of 16 MB": lambda: logistics((1, 1 << 12, 1 << 12, 1), 6),
    "16 million channels": lambda: logistics((1, 1, 1, 1 << 24), 6),
    "128 MB of pooling": lambda: pools(1020, 120),
    "32 inputs and outputs": lambda: borders(32),
    "32 MB of constants": lambda: shared_constant(300_000, 100),
}
