"""Makers of random models for the core operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tests.support.randmodels import RandomModel, Skip, makes
from tests.support.tflite_writer import SAME, VALID


def _weights(
    model: RandomModel, shape: Sequence[int], axis: int, scale_in: float
) -> tuple[int, np.ndarray, np.ndarray]:
    """Index, values and scales [channels] of random weights, per tensor or per channel."""
    values = model.int8_values(shape)
    channels = shape[axis]
    if model.chance(0.7):
        scales = np.array([model.scale() for _ in range(channels)], np.float32)
        if model.chance(0.1):
            scales[model.between(0, channels - 1)] = 0.0 if channels > 1 else scales[0]
    else:
        scales = np.full(1, model.scale(), np.float32)
    index = model.graph.const(values, "int8", scale=scales, zero_point=[0] * len(scales), axis=axis)
    return index, values, np.broadcast_to(scales, channels)


def linear(
    model: RandomModel, data: int, shape: Sequence[int], axis: int
) -> tuple[list[int], Callable[[Sequence[int]], int]]:
    """Inputs of a convolution-like node, and a function from a shape to its output tensor."""
    scale_in, _ = model.quant(data)
    index, values, scales = _weights(model, shape, axis, scale_in)
    others = tuple(i for i in range(len(shape)) if i != axis)
    reach = np.abs(values.astype(np.int64)).sum(axis=others)
    room = (1 << 31) - 1 - 256 * reach
    kind = model.between(0, 9)
    if kind == 0:  # accumulators near the limit of int32
        bias = np.where(model.rng.random(len(reach)) < 0.5, room, -room)
    elif kind < 8:
        bias = (model.rng.uniform(-1, 1, len(reach)) * (100 * np.sqrt(reach + 1) + 1)).astype(np.int64)
    else:
        bias = np.zeros(len(reach), np.int64)
    inputs = [data, index]
    if kind < 9:
        bias_scales = [float(np.float32(scale_in) * np.float32(s)) for s in model.graph.tensors[index].scale]
        inputs.append(
            model.graph.const(bias.astype(np.int32), "int32", scale=bias_scales, zero_point=[0] * len(bias_scales))
        )
    spread = float(np.median((np.abs(bias) + 60 * np.sqrt((values.astype(float) ** 2).sum(axis=others))) * scales))

    def output(out_shape: Sequence[int]) -> int:
        factor = 2.0 ** model.rng.uniform(-3, 3) if model.chance(0.8) else 2.0 ** model.rng.uniform(-9, 9)
        scale = float(np.float32(max(spread * scale_in / 100 * factor, 1e-12)))
        return model.activation_tensor(out_shape, scale)

    return inputs, output


def window(model: RandomModel, height: int, width: int, kernel: tuple[int, int], dilation: tuple[int, int] = (1, 1)):
    """Padding, strides and output size of a random window, as (padding, stride_h, stride_w, out_h, out_w)."""
    padding = model.choice((SAME, VALID))
    strides = (model.choice((1, 1, 2, 3)), model.choice((1, 1, 2, 3)))
    sizes = []
    for size, k, stride, d in zip((height, width), kernel, strides, dilation, strict=True):
        reach = (k - 1) * d + 1
        out = -(-size // stride) if padding == SAME else (size - reach) // stride + 1
        if out < 1:
            raise Skip
        sizes.append(out)
    return (padding, *strides, *sizes)


def _kernel(model: RandomModel, height: int, width: int) -> tuple[int, int]:
    if model.chance(0.3):
        return 1, 1
    if model.chance(0.4):
        return 3, 3
    return model.between(1, min(6, height + 2)), model.between(1, min(6, width + 2))


@makes("CONV_2D")
def conv_2d(model: RandomModel) -> None:
    data = model.image()
    _, height, width, depth = model.shape(data)
    kernel = _kernel(model, height, width)
    dilation = (model.choice((1, 1, 1, 2, 3)), model.choice((1, 1, 1, 2, 3)))
    padding, stride_h, stride_w, out_h, out_w = window(model, height, width, kernel, dilation)
    units = model.channels()
    inputs, output = linear(model, data, (units, *kernel, depth), 0)
    out = output((1, out_h, out_w, units))
    model.graph.node(
        "CONV_2D",
        inputs,
        [out],
        *((0, "i8", padding), (1, "i32", stride_w), (2, "i32", stride_h), (3, "i8", model.activation())),
        *((4, "i32", dilation[1]), (5, "i32", dilation[0])),
    )


@makes("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(model: RandomModel) -> None:
    data = model.image()
    _, height, width, depth = model.shape(data)
    kernel = _kernel(model, height, width)
    dilation = (model.choice((1, 1, 1, 2)), model.choice((1, 1, 1, 2)))
    padding, stride_h, stride_w, out_h, out_w = window(model, height, width, kernel, dilation)
    times = model.choice((1, 1, 1, 2, 3, 8))
    inputs, output = linear(model, data, (1, *kernel, depth * times), 3)
    out = output((1, out_h, out_w, depth * times))
    model.graph.node(
        "DEPTHWISE_CONV_2D",
        inputs,
        [out],
        *((0, "i8", padding), (1, "i32", stride_w), (2, "i32", stride_h), (3, "i32", times)),
        *((4, "i8", model.activation()), (5, "i32", dilation[1]), (6, "i32", dilation[0])),
    )


@makes("FULLY_CONNECTED")
def fully_connected(model: RandomModel) -> None:
    data = model.pick()
    shape = model.shape(data)
    elements = int(np.prod(shape))
    keep = model.chance(0.3)
    depth = shape[-1] if keep or model.chance(0.4) else elements
    if depth > 1000:
        raise Skip
    units = model.channels()
    inputs, output = linear(model, data, (units, depth), 0)
    out = output((*shape[:-1], units) if keep else (elements // depth, units))
    model.graph.node("FULLY_CONNECTED", inputs, [out], (0, "i8", model.activation()), (1, "i8", 0), (2, "bool", keep))


def partner(model: RandomModel, data: int) -> int:
    """A second operand that broadcasts against the first: a live tensor or a constant."""
    shape = model.shape(data)
    if model.chance(0.5):
        return model.pick(lambda other: _broadcasts(shape, other))
    return model.constant(partner_shape(model, data))


def partner_shape(model: RandomModel, data: int) -> tuple[int, ...]:
    """A shape that broadcasts to that of an activation."""
    other = tuple(1 if model.chance(0.25) else d for d in model.shape(data))
    return other[model.between(0, len(other)) :] if model.chance(0.3) else other


def _broadcasts(a: Sequence[int], b: Sequence[int]) -> bool:
    try:
        np.broadcast_shapes(tuple(a), tuple(b))
    except ValueError:
        return False
    return True


def pair(model: RandomModel) -> tuple[list[int], tuple[int, ...]]:
    """Two operands in either order, and the shape of the result."""
    first = model.pick()
    second = partner(model, first)
    inputs = [first, second] if model.chance(0.7) else [second, first]
    return inputs, tuple(np.broadcast_shapes(model.shape(first), model.shape(second)))


@makes("ADD", "SUB")
def add(model: RandomModel, op: str) -> None:
    inputs, shape = pair(model)
    reach = sum(model.quant(i)[0] for i in inputs)
    out = model.activation_tensor(shape, reach * 2.0 ** model.rng.uniform(-3, 3) if model.chance(0.8) else None)
    model.graph.node(op, inputs, [out], (0, "i8", model.activation()))


@makes("AVERAGE_POOL_2D", "MAX_POOL_2D")
def pool(model: RandomModel, op: str) -> None:
    data = model.image()
    _, height, width, depth = model.shape(data)
    kernel = (height, width) if model.chance(0.2) else _kernel(model, height, width)
    padding, stride_h, stride_w, out_h, out_w = window(model, height, width, kernel)
    out = model.like(data, (1, out_h, out_w, depth))
    model.graph.node(
        op,
        [data],
        [out],
        *((0, "i8", padding), (1, "i32", stride_w), (2, "i32", stride_h)),
        *((3, "i32", kernel[1]), (4, "i32", kernel[0]), (5, "i8", model.activation())),
    )


@makes("MEAN", "SUM")
def reduce(model: RandomModel, op: str) -> None:
    data = model.pick()
    shape = model.shape(data)
    axes = [a for a in range(len(shape)) if model.chance(0.5)] or [len(shape) - 1]
    if len(shape) == 4 and model.chance(0.4):
        axes = [1, 2]
    keep = model.chance(0.5)
    kept = tuple(1 if i in axes else d for i, d in enumerate(shape) if keep or i not in axes)
    if not kept:
        raise Skip
    scale = model.quant(data)[0] * 2.0 ** model.rng.uniform(-2, 2 if op == "MEAN" else 6)
    out = model.activation_tensor(kept, scale if model.chance(0.8) else None)
    given = [a - len(shape) if model.chance(0.3) else a for a in axes]
    model.graph.node(op, [data, model.graph.const(given, "int32")], [out], (0, "bool", keep))


@makes("PAD", "PADV2")
def pad(model: RandomModel, op: str) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape = model.shape(data)
    spatial = model.chance(0.6) and len(shape) == 4
    pads = [
        [0, 0]
        if (spatial and i in (0, 3)) or model.chance(0.3) or i == 0
        else [model.between(0, 3), model.between(0, 3)]
        for i in range(len(shape))
    ]
    out = model.like(data, [d + b + a for d, (b, a) in zip(shape, pads, strict=True)])
    inputs = [data, model.graph.const(pads, "int32")]
    if op == "PADV2":
        scale, zero = model.quant(data)
        inputs.append(model.graph.const([model.between(-128, 127)], "int8", scale=[scale], zero_point=[zero]))
    model.graph.node(op, inputs, [out])


@makes("RESHAPE")
def reshape(model: RandomModel) -> None:
    data = model.pick()
    elements = int(np.prod(model.shape(data)))
    divisors = [d for d in range(1, elements + 1) if elements % d == 0]
    a = model.choice(divisors)
    b = model.choice([d for d in divisors if (elements // a) % d == 0])
    shape = model.choice(([1, elements], [1, a, b, elements // a // b], [1, a, elements // a], [a, elements // a]))
    out = model.like(data, shape)
    inputs = [data, model.graph.const(shape, "int32")] if model.chance(0.8) else [data]
    model.graph.node("RESHAPE", inputs, [out])


@makes("SOFTMAX")
def softmax(model: RandomModel) -> None:
    # Above 511 classes TensorFlow Lite Micro aborts when too many are alike.
    data = model.pick(lambda shape: shape[-1] < 512)
    out = model.activation_tensor(model.shape(data), 1 / 256, -128)
    model.graph.node("SOFTMAX", [data], [out], (0, "f32", model.choice((1.0, 1.0, 0.5, 2.5))))


@makes("CORE_QUANTIZE")
def quantize(model: RandomModel) -> None:
    """int8 to int8; the maker for the other types is in `randmodels_more`."""
    data = model.pick()
    scale = model.quant(data)[0] * 2.0 ** model.rng.uniform(-2, 2) if model.chance(0.7) else None
    if model.chance(0.2):
        scale = model.quant(data)[0]
    out = model.activation_tensor(model.shape(data), scale)
    model.graph.node("QUANTIZE", [data], [out])
