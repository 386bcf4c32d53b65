"""Makers of random models with int16 activations, for the operators that the reference has so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.support.randmodels import RandomModel, Skip, makes
from tests.support.randmodels_core import partner_shape, window
from tests.support.tflite_writer import SAME


def _wide(model: RandomModel, image: bool = False) -> int:
    """A live int16 tensor, or a new input."""
    if model.wide and model.chance(0.8):
        return model.pick_wide(lambda shape: not image or (len(shape) == 4 and shape[0] == 1))
    side = (1, 2, 3, 4, 5, 7, 9)
    shape = (1, model.choice(side), model.choice(side), model.channels())
    model.graph.inputs.append(index := model.activation_tensor(shape, dtype="int16"))
    return index


def _layer(
    model: RandomModel, data: int, shape: Sequence[int], axis: int, out_shape: Sequence[int], biases: Sequence[str]
) -> tuple[list[int], int]:
    """Inputs of a convolution-like node, and its output."""
    scale_in, _ = model.quant(data)
    channels = shape[axis]
    values = model.int8_values(shape)
    count = channels if model.chance(0.7) else 1
    scales = [model.scale() for _ in range(count)]
    weights = model.graph.const(values, "int8", scale=scales, zero_point=[0] * count, axis=axis)
    others = tuple(i for i in range(len(shape)) if i != axis)
    spread = 9000 * np.sqrt((values.astype(float) ** 2).sum(axis=others)) + 1
    inputs = [data, weights]
    kind = model.choice(("none", *biases))
    if kind != "none":
        bias_scales = [float(np.float32(scale_in) * np.float32(s)) for s in scales]
        reach = {"int16": 1, "int32": 1, "int64": 1 if model.chance(0.8) else 1000}[kind]
        limit = 30000 if kind == "int16" else np.inf
        bias = np.clip(model.rng.uniform(-reach, reach, channels) * spread, -limit, limit)
        inputs.append(model.graph.const(bias, kind, scale=bias_scales, zero_point=[0] * count))
    factor = 2.0 ** model.rng.uniform(-4, 4)
    scale = float(np.float32(max(float(np.median(spread * scales[0])) * scale_in / 20000 * factor, 1e-12)))
    return inputs, model.activation_tensor(out_shape, scale, dtype="int16")


def _kernel(model: RandomModel) -> tuple[int, int]:
    return model.choice(((1, 1), (3, 3), (2, 4), (5, 1)))


@makes("WIDE_CONV_2D", "WIDE_DEPTHWISE_CONV_2D")
def convolution(model: RandomModel, name: str) -> None:
    op = name.removeprefix("WIDE_")
    data = _wide(model, image=True)
    _, height, width, depth = model.shape(data)
    kernel, dilation = _kernel(model), (model.choice((1, 1, 2)), model.choice((1, 1, 2)))
    padding, stride_h, stride_w, out_h, out_w = window(model, height, width, kernel, dilation)
    first = [(0, "i8", padding), (1, "i32", stride_w), (2, "i32", stride_h)]
    last = [("i8", model.activation()), ("i32", dilation[1]), ("i32", dilation[0])]
    if op == "CONV_2D":
        units = model.channels()
        shape = (units, *kernel, depth)
        inputs, out = _layer(model, data, shape, 0, (1, out_h, out_w, units), ("int32", "int64", "int64"))
    else:
        times = model.choice((1, 1, 2))
        first.append((3, "i32", times))
        shape = (1, *kernel, depth * times)
        inputs, out = _layer(model, data, shape, 3, (1, out_h, out_w, depth * times), ("int64",))
    options = [*first, *((len(first) + i, kind, value) for i, (kind, value) in enumerate(last))]
    model.graph.node(op, inputs, [out], *options)


@makes("WIDE_FULLY_CONNECTED")
def fully_connected(model: RandomModel) -> None:
    data = _wide(model)
    shape = model.shape(data)
    depth, units = shape[-1], model.channels()
    rows = int(np.prod(shape)) // depth
    inputs, out = _layer(model, data, (units, depth), 0, (rows, units), ("int32", "int64"))
    model.graph.node("FULLY_CONNECTED", inputs, [out], (0, "i8", model.activation()), (1, "i8", 0), (2, "bool", False))


@makes("WIDE_TRANSPOSE_CONV")
def transpose_conv(model: RandomModel) -> None:
    data = _wide(model, image=True)
    _, height, width, depth = model.shape(data)
    stride, kernel = (model.choice((1, 2)), model.choice((1, 2))), (model.between(1, 4), model.between(1, 4))
    padding, units = model.choice((0, 1)), model.channels()
    sides = [
        d * s if padding == SAME else d * s + max(k - s, 0)
        for d, s, k in zip((height, width), stride, kernel, strict=True)
    ]
    shape = (1, *sides, units)
    inputs, out = _layer(model, data, (units, *kernel, depth), 0, shape, ("int16", "int64"))
    sources = [model.graph.const(shape, "int32"), inputs[1], inputs[0], *inputs[2:]]
    options = ((0, "i8", padding), (1, "i32", stride[1]), (2, "i32", stride[0]))
    model.graph.node("TRANSPOSE_CONV", sources, [out], *options)


@makes("WIDE_ADD", "WIDE_SUB", "WIDE_MUL", "WIDE_MAXIMUM", "WIDE_MINIMUM")
def pair(model: RandomModel, name: str) -> None:
    op = name.removeprefix("WIDE_")
    data = _wide(model)
    scale, _ = model.quant(data)
    same = op in ("MAXIMUM", "MINIMUM")
    other_scale = scale if same else float(np.float32(scale * 2.0 ** model.rng.uniform(-3, 3)))
    shape = partner_shape(model, data)
    other = model.graph.const(model.int16_values(shape), "int16", scale=[other_scale], zero_point=[0])
    if model.chance(0.2):
        other, other_scale = data, scale
    reach = {"ADD": scale + other_scale, "SUB": scale + other_scale, "MUL": scale * other_scale * 8000}.get(op, scale)
    near = scale if same else float(np.float32(reach * 2.0 ** model.rng.uniform(-2, 3)))
    out = model.activation_tensor(model.shape(data), near, dtype="int16")
    inputs = [data, other] if model.chance(0.5) else [other, data]
    model.graph.node(op, inputs, [out], *([] if same else [(0, "i8", model.activation())]))


@makes("WIDE_RELU", "WIDE_RELU6", "WIDE_LEAKY_RELU", "WIDE_LOGISTIC", "WIDE_TANH")
def unary(model: RandomModel, name: str) -> None:
    op = name.removeprefix("WIDE_")
    if op in ("LOGISTIC", "TANH"):
        shape = (1, model.between(1, 9), model.channels())
        scale = model.choice((2.0**-12, 2.0**-11, model.scale(), 0.003))
        data = model.activation_tensor(shape, scale, dtype="int16")
        model.graph.inputs.append(data)
        out = model.activation_tensor(shape, 2.0**-15, dtype="int16")
    else:
        data = _wide(model)
        scale = model.quant(data)[0] * (1 if op == "RELU6" else 2.0 ** model.rng.uniform(-3, 3))
        out = model.activation_tensor(model.shape(data), float(np.float32(scale)), dtype="int16")
    options = [(0, "f32", model.choice((0.01, 0.3, 1.7)))] if op == "LEAKY_RELU" else []
    model.graph.node(op, [data], [out], *options)


@makes("WIDE_AVERAGE_POOL_2D", "WIDE_MAX_POOL_2D")
def pool(model: RandomModel, name: str) -> None:
    data = _wide(model, image=True)
    _, height, width, depth = model.shape(data)
    kernel = _kernel(model)
    padding, stride_h, stride_w, out_h, out_w = window(model, height, width, kernel)
    out = model.like(data, (1, out_h, out_w, depth))
    options = ((0, "i8", padding), (1, "i32", stride_w), (2, "i32", stride_h), (3, "i32", kernel[1]))
    model.graph.node(
        name.removeprefix("WIDE_"), [data], [out], *options, (4, "i32", kernel[0]), (5, "i8", model.activation())
    )


@makes("WIDE_SOFTMAX", "MIXED_SOFTMAX")
def softmax(model: RandomModel, name: str) -> None:
    """int16 to int16, or int8 to int16."""
    if name == "WIDE_SOFTMAX":
        data = _wide(model)
        out = model.activation_tensor(model.shape(data), 2.0**-15, dtype="int16")
    else:
        data = model.pick(lambda shape: shape[-1] < 512)
        out = model.activation_tensor(model.shape(data), 2.0**-16, -32768, "int16")
    model.graph.node("SOFTMAX", [data], [out], (0, "f32", model.choice((1.0, 0.5, 2.5))))


@makes("WIDE_PAD")
def pad(model: RandomModel) -> None:
    data = _wide(model)
    shape = model.shape(data)
    pads = [[0, 0] if i == 0 else [model.between(0, 2), model.between(0, 2)] for i in range(len(shape))]
    if len(shape) > 4:
        raise Skip
    out = model.like(data, [d + sum(p) for d, p in zip(shape, pads, strict=True)])
    model.graph.node("PAD", [data, model.graph.const(pads, "int32")], [out])
