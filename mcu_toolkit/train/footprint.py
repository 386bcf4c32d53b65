"""RAM at inference of a .tflite of any quantization mode, as far as the file itself decides it."""

from __future__ import annotations

from math import prod
from typing import Any

from mcu_toolkit.train.backend import backend


def live_bytes(content: bytes) -> int:
    """Most bytes of activations that live at once when the operators run in the file's order.

    A tensor lives from the operator that makes it to the last that reads it; the input from the start, the output to
    the end. Constants, and what is made of constants alone (weights that a float16 model widens), are not counted. It
    is the least that an interpreter without in-place operators needs; an arena adds its own alignment and scratch.

    Args:
        content: a .tflite of this package's making, of one subgraph and fixed shapes.
    """
    backend()
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    steps = [(_indices(op.inputs), _indices(op.outputs)) for op in graph.operators]
    first = dict.fromkeys(_indices(graph.inputs), 0)
    last = dict(first)
    for time, (inputs, outputs) in enumerate(steps):
        fed = [index for index in inputs if index in first]
        last.update(dict.fromkeys(fed, time))
        if fed:
            first.update(dict.fromkeys(outputs, time))
            last.update(dict.fromkeys(outputs, time))
    last.update({index: len(steps) for index in _indices(graph.outputs)})
    sizes = {index: _size(schema, graph.tensors[index]) for index in first}
    return max(
        sum(size for index, size in sizes.items() if first[index] <= time <= last[index]) for time in range(len(steps))
    )


def _indices(found: Any) -> list[int]:
    return [] if found is None else [int(index) for index in found if index >= 0]


def _size(schema: Any, tensor: Any) -> int:
    kinds = schema.TensorType
    widths = {kinds.FLOAT32: 4, kinds.INT32: 4, kinds.FLOAT16: 2, kinds.INT16: 2, kinds.INT64: 8}
    return prod(int(side) for side in tensor.shape) * widths.get(tensor.type, 1)
