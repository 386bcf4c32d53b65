"""Random models with inputs and outputs of every type, and operators in float32 at the border; see `randmodels`."""

from __future__ import annotations

import numpy as np

from tests.support.randmodels import RandomModel, Skip, makes

_INPUTS = ("int8", "uint8", "int16", "float32", "float32")
_OUTPUTS = ("int8", "uint8", "int16", "int32", "float32", "float32")
_ZERO_POINTS = {"uint8": (0, 255), "int16": (0, 0), "int32": (0, 0)}


def add_borders(model: RandomModel) -> None:
    """Give the int8 inputs and outputs of a finished model other types, by QUANTIZE and DEQUANTIZE."""
    graph = model.graph
    for position, inner in enumerate(graph.inputs):
        dtype = model.choice(_INPUTS)
        if graph.tensors[inner].dtype == "int8" and dtype != "int8":
            graph.inputs[position] = _outer_input(model, inner, dtype)
    for position, inner in enumerate(graph.outputs):
        dtype = model.choice(_OUTPUTS)
        if graph.tensors[inner].dtype == "int8" and dtype != "int8":
            graph.outputs[position] = _outer_output(model, inner, dtype)


def _outer_input(model: RandomModel, inner: int, dtype: str) -> int:
    """An input of another type; float32 sometimes in another shape."""
    graph, shape = model.graph, model.shape(inner)
    before = len(graph.nodes)
    if dtype == "float32" and model.chance(0.4):
        flat = graph.tensor((1, int(np.prod(shape))), "float32")
        source = graph.tensor(shape, "float32")
        graph.node("RESHAPE", [flat], [source])
        outer = flat
    else:
        outer = source = graph.tensor(shape, dtype, **_quant(model, inner, dtype))
    graph.node("QUANTIZE", [source], [inner])
    graph.nodes[:] = graph.nodes[before:] + graph.nodes[:before]
    return outer


def _outer_output(model: RandomModel, inner: int, dtype: str) -> int:
    graph, shape = model.graph, model.shape(inner)
    outer = graph.tensor(shape, dtype, **_quant(model, inner, dtype))
    graph.node("DEQUANTIZE" if dtype == "float32" else "QUANTIZE", [inner], [outer])
    return _float_scores(model, outer) if dtype == "float32" and model.chance(0.3) else outer


def _quant(model: RandomModel, inner: int, dtype: str) -> dict[str, list[float] | list[int]]:
    if dtype == "float32":
        return {}
    scale, low_high = model.quant(inner)[0], _ZERO_POINTS[dtype]
    return {"scale": [scale * 2.0 ** model.rng.uniform(-1, 1)], "zero_point": [model.between(*low_high)]}


def _float_scores(model: RandomModel, data: int, kind: str = "") -> int:
    """SOFTMAX, LOG_SOFTMAX or LOGISTIC of a float32 tensor."""
    graph = model.graph
    out = graph.tensor(model.shape(data), "float32")
    kind = kind or model.choice(("SOFTMAX", "LOG_SOFTMAX", "LOGISTIC"))
    options = [(0, "f32", model.choice((1.0, 1.0, 0.5, 2.5)))] if kind == "SOFTMAX" else []
    graph.node(kind, [data], [out], *options)
    return out


@makes("FLOAT_SOFTMAX", "FLOAT_LOG_SOFTMAX", "FLOAT_LOGISTIC")
def float_scores(model: RandomModel, op: str) -> None:
    """Scores in float32 after a DEQUANTIZE, sometimes quantized again."""
    data = model.pick()
    if not model.shape(data):
        raise Skip
    real = model.graph.tensor(model.shape(data), "float32")
    model.graph.node("DEQUANTIZE", [data], [real])
    out = _float_scores(model, real, op.removeprefix("FLOAT_"))
    if model.chance(0.4):
        model.graph.node("QUANTIZE", [out], [model.activation_tensor(model.shape(data))])
