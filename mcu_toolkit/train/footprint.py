"""RAM for activations during inference of a .tflite file of any quantization mode."""

from __future__ import annotations

from math import prod
from typing import Any

from mcu_toolkit.train.backend import backend


def live_bytes(content: bytes) -> int:
    """Largest number of activation bytes that are live at once when the operators run in the order of the file.

    A tensor is live from the operator that writes it to the last one that reads it; the input from the start, the
    output to the end. Constants, and tensors computed from constants alone (float16 weights converted to float32),
    are not counted. An interpreter without in-place operators needs at least this much; an arena adds alignment and
    scratch.

    Args:
        content: a .tflite file exported by this package, with one subgraph and fixed shapes.
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
