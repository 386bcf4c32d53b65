"""Makers of random models for operators outside the core; importing this module registers them."""

from __future__ import annotations

import numpy as np

from tests.support.randmodels import RandomModel, Skip, makes
from tests.support.randmodels_core import linear, pair
from tests.support.tflite_writer import SAME, SubgraphSpec


@makes("MUL")
def mul(model: RandomModel) -> None:
    inputs, shape = pair(model)
    reach = 30 * model.quant(inputs[0])[0] * model.quant(inputs[1])[0]
    out = model.activation_tensor(shape, reach * 2.0 ** model.rng.uniform(-4, 4) if model.chance(0.8) else None)
    model.graph.node("MUL", inputs, [out], (0, "i8", model.activation()))


@makes("MAXIMUM", "MINIMUM")
def extremum(model: RandomModel, op: str) -> None:
    data = model.pick()
    scale, zero = model.quant(data)
    if model.chance(0.3):
        other = model.pick(lambda shape: shape == model.shape(data))
        if model.quant(other) != (scale, zero):
            raise Skip
    else:
        shape = tuple(1 if model.chance(0.4) else d for d in model.shape(data))
        other = model.graph.const(model.int8_values(shape), "int8", scale=[scale], zero_point=[zero])
    model.graph.node(op, [data, other], [model.like(data)])


@makes("LOGISTIC", "TANH", "HARD_SWISH", "RELU", "RELU6", "ELU", "LEAKY_RELU")
def unary(model: RandomModel, op: str) -> None:
    data = model.pick()
    shape = model.shape(data)
    if op == "LOGISTIC":
        out = model.activation_tensor(shape, 1 / 256, -128)
    elif op == "TANH":
        out = model.activation_tensor(shape, 1 / 128, 0)
    elif op == "RELU6":
        out = model.like(data)
    else:
        near = model.quant(data)[0] * 2.0 ** model.rng.uniform(-3, 3)
        out = model.activation_tensor(shape, near if model.chance(0.8) else None)
    if op == "ELU" and model.chance(0.4):  # the form that the converter writes
        real, bent = (model.graph.tensor(shape, "float32") for _ in range(2))
        model.graph.node("DEQUANTIZE", [data], [real])
        model.graph.node("ELU", [real], [bent])
        model.graph.node("QUANTIZE", [bent], [out])
        return
    options = [(0, "f32", model.choice((0.0, 0.01, 0.3, 1.0, 1.7)))] if op == "LEAKY_RELU" else []
    model.graph.node(op, [data], [out], *options)


@makes("PRELU")
def prelu(model: RandomModel) -> None:
    data = model.pick()
    shape = model.shape(data)
    alpha = model.constant(tuple(1 if model.chance(0.4) else d for d in shape[model.between(0, 1) :]))
    near = model.quant(data)[0] * 2.0 ** model.rng.uniform(-2, 4)
    out = model.activation_tensor(shape, near if model.chance(0.8) else None)
    model.graph.node("PRELU", [data, alpha], [out])


@makes("LOG_SOFTMAX")
def log_softmax(model: RandomModel) -> None:
    data = model.pick(lambda shape: shape[-1] < 512)
    out = model.activation_tensor(model.shape(data), 1 / 16, 127)
    model.graph.node("LOG_SOFTMAX", [data], [out])


@makes("TRANSPOSE_CONV")
def transpose_conv(model: RandomModel) -> None:
    data = model.image()
    _, height, width, depth = model.shape(data)
    stride = (model.choice((1, 2, 3)), model.choice((1, 2, 3)))
    kernel = (model.between(1, 4), model.between(1, 4))
    padding = model.choice((0, 1))
    units = model.channels()
    sides = [
        d * s if padding == SAME else d * s + max(k - s, 0)
        for d, s, k in zip((height, width), stride, kernel, strict=True)
    ]
    inputs, output = linear(model, data, (units, *kernel, depth), 0)
    shape = (1, *sides, units)
    out = output(shape)
    model.graph.node(
        "TRANSPOSE_CONV",
        [model.graph.const(shape, "int32"), inputs[1], inputs[0], *inputs[2:]],
        [out],
        *((0, "i8", padding), (1, "i32", stride[1]), (2, "i32", stride[0])),
    )


@makes("SQUEEZE")
def squeeze(model: RandomModel) -> None:
    data = model.pick(lambda shape: 1 in shape and int(np.prod(shape)) > 1)
    out = model.like(data, [d for d in model.shape(data) if d != 1])
    model.graph.node("SQUEEZE", [data], [out], (0, "ints", []))


@makes("EXPAND_DIMS")
def expand_dims(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) < 4)
    shape = list(model.shape(data))
    axis = model.between(0, len(shape))
    out = model.like(data, [*shape[:axis], 1, *shape[axis:]])
    model.graph.node("EXPAND_DIMS", [data, model.graph.const([axis], "int32")], [out])


@makes("TRANSPOSE")
def transpose(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 5)
    shape = model.shape(data)
    order = [int(a) for a in model.rng.permutation(len(shape))]
    out = model.like(data, [shape[a] for a in order])
    model.graph.node("TRANSPOSE", [data, model.graph.const(order, "int32")], [out])


@makes("CONCATENATION")
def concatenation(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape, quant = model.shape(data), model.quant(data)
    axis = model.between(0, len(shape) - 1)

    def fits(index: int) -> bool:
        other = model.shape(index)
        rest = other[:axis] + other[axis + 1 :]
        return model.quant(index) == quant and len(other) == len(shape) and rest == shape[:axis] + shape[axis + 1 :]

    mates = [index for index in model.live if fits(index)]
    parts = [data]
    for _ in range(model.between(1, 3)):
        if model.chance(0.6):
            parts.append(model.choice(mates))
        else:
            extra = (*shape[:axis], model.between(1, 4), *shape[axis + 1 :])
            values = model.int8_values(extra)
            parts.append(model.graph.const(values, "int8", scale=[quant[0]], zero_point=[quant[1]]))
    total = sum(model.shape(p)[axis] for p in parts)
    out = model.like(data, (*shape[:axis], total, *shape[axis + 1 :]))
    given = axis - len(shape) if model.chance(0.3) else axis
    model.graph.node("CONCATENATION", parts, [out], (0, "i32", given), (1, "i8", 0))


@makes("SPLIT")
def split(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4 and any(d > 1 for d in shape))
    shape = model.shape(data)
    axis = model.choice([a for a, d in enumerate(shape) if d > 1])
    parts = model.choice([n for n in range(2, shape[axis] + 1) if shape[axis] % n == 0 and n <= 8] or [1])
    size = (*shape[:axis], shape[axis] // parts, *shape[axis + 1 :])
    outs = [model.like(data, size) for _ in range(parts)]
    given = axis - len(shape) if model.chance(0.3) else axis
    model.graph.node("SPLIT", [model.graph.const([given], "int32"), data], outs, (0, "i32", parts))


@makes("SLICE")
def slice_(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape = model.shape(data)
    begin = [model.between(0, d - 1) if model.chance(0.6) else 0 for d in shape]
    size = [model.between(1, d - b) for d, b in zip(shape, begin, strict=True)]
    out = model.like(data, size)
    given = [-1 if s == d - b and model.chance(0.5) else s for s, d, b in zip(size, shape, begin, strict=True)]
    inputs = [data, model.graph.const(begin, "int32"), model.graph.const(given, "int32")]
    model.graph.node("SLICE", inputs, [out])


@makes("STRIDED_SLICE")
def strided_slice(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape = model.shape(data)
    begin, end, strides, size = [], [], [], []
    masks = [0, 0, 0]
    for axis, dim in enumerate(shape):
        step = model.choice((1, 1, 2, 3, -1, -2))
        first = model.between(0, dim - 1)
        if model.chance(0.3):
            masks[0] |= 1 << axis
            first = 0 if step > 0 else dim - 1
        last = model.between(first, dim - 1) if step > 0 else model.between(0, first)
        stop = last + (1 if step > 0 else -1)
        if stop < 0 or model.chance(0.3):
            masks[1] |= 1 << axis
            stop = dim if step > 0 else -1
        begin.append(first - dim if model.chance(0.3) else first)
        strides.append(step)
        end.append(max(stop, 0) if stop == dim or model.chance(0.7) else stop - dim)
        if axis > 0 and step == 1 and model.chance(0.1):
            masks[2] |= 1 << axis
        else:
            size.append(len(range(first, stop, step)))
    if not size:
        raise Skip
    out = model.like(data, size)
    inputs = [data, *(model.graph.const(v, "int32") for v in (begin, end, strides))]
    options = ((0, "i32", masks[0]), (1, "i32", masks[1]), (2, "i32", 0), (3, "i32", 0), (4, "i32", masks[2]))
    model.graph.node("STRIDED_SLICE", inputs, [out], *options)


@makes("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR")
def resize(model: RandomModel, op: str) -> None:
    data = model.image()
    depth = model.shape(data)[3]
    size = (model.between(1, 13), model.between(1, 13))
    out = model.like(data, (1, *size, depth))
    align, half = model.choice(((0, 0), (1, 0), (0, 1)))
    first = 0 if op == "RESIZE_NEAREST_NEIGHBOR" else 2
    options = ((first, "bool", align), (first + 1, "bool", half))
    model.graph.node(op, [data, model.graph.const(size, "int32")], [out], *options)


@makes("ARG_MAX", "ARG_MIN")
def arg_extremum(model: RandomModel, op: str) -> None:
    data = model.pick(lambda shape: 2 <= len(shape) <= 5)
    shape = model.shape(data)
    axis = model.between(0, len(shape) - 1)
    out = model.graph.tensor([d for i, d in enumerate(shape) if i != axis], "int32")
    given = axis - len(shape) if model.chance(0.3) else axis
    model.graph.node(op, [data, model.graph.const([given], "int32")], [out], (0, "i8", 2))


@makes("DEQUANTIZE")
def dequantize(model: RandomModel) -> None:
    data = model.pick()
    model.graph.node("DEQUANTIZE", [data], [model.graph.tensor(model.shape(data), "float32")])


_RANGES = {"uint8": (0, 255), "int16": (-32768, 32767), "int32": (-1000, 1000), "int8": (-128, 127)}


@makes("QUANTIZE")
def border_quantize(model: RandomModel) -> None:
    """From another type into int8, from int8 into another type, or within int8."""
    kind = model.between(0, 9)
    if kind < 4:
        data = model.pick()
        near = model.quant(data)[0] * 2.0 ** model.rng.uniform(-2, 2)
        out = model.activation_tensor(model.shape(data), near if model.chance(0.7) else None)
    elif kind < 7:  # from a new input of another type
        dtype = model.choice(("uint8", "int16", "float32", "int32"))
        shape = (1, model.between(1, 8), model.between(1, 8), model.channels())
        quant = {} if dtype == "float32" else {"scale": [model.scale()], "zero_point": [_zero_point(model, dtype)]}
        data = model.graph.tensor(shape, dtype, **quant)
        model.graph.inputs.append(data)
        out = model.activation_tensor(shape)
    else:
        dtype = model.choice(("uint8", "int16", "int32"))
        data = model.pick()
        near = model.quant(data)[0] * 2.0 ** model.rng.uniform(-8, 2)
        out = model.activation_tensor(model.shape(data), near, _zero_point(model, dtype), dtype)
    model.graph.node("QUANTIZE", [data], [out])


def _zero_point(model: RandomModel, dtype: str) -> int:
    low, high = _RANGES[dtype]
    return 0 if model.chance(0.3) else model.choice((low, high, model.between(low, high)))


@makes("SVDF")
def svdf(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) == 2 and shape[0] == 1)
    depth = model.shape(data)[1]
    rank, units, memory = model.between(1, 3), model.between(1, 9), model.between(1, 10)
    filters = rank * units
    wide = model.choice(("int8", "int16"))
    graph = model.graph
    scale_in, _ = model.quant(data)
    feature_scale, time_scale = float(np.float32(2.0**-7)), float(np.float32(2.0**-12 if wide == "int16" else 2.0**-7))
    state_scale = float(np.float32(scale_in * feature_scale * 60 * np.sqrt(depth) / (100 if wide == "int8" else 8000)))
    feature = graph.const(model.int8_values((filters, depth)), "int8", scale=[feature_scale])
    span = 127 if wide == "int8" else 4000
    time = graph.const(model.rng.integers(-span, span + 1, (filters, memory)), wide, scale=[time_scale])
    bias_scale = float(np.float32(state_scale) * np.float32(time_scale))
    bias = graph.const(model.rng.integers(-5000, 5001, units), "int32", scale=[bias_scale])
    zero = model.zero_point() if wide == "int8" else 0
    state = graph.tensor((1, memory * filters), wide, scale=[state_scale], zero_point=[zero], variable=True)
    out = model.activation_tensor((1, units), bias_scale * 2.0 ** model.rng.uniform(8, 18))
    graph.node("SVDF", [data, feature, time, bias, state], [out], (0, "i32", rank), (1, "i8", model.choice((0, 1))))


@makes("UNIDIRECTIONAL_SEQUENCE_LSTM")
def lstm(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) == 3 and 1 in shape[:2])
    shape = model.shape(data)
    depth, units = shape[2], model.between(1, 9)
    graph = model.graph
    scale_in, _ = model.quant(data)
    zero = model.zero_point()
    hidden = graph.tensor((1, units), scale=[2.0**-7 * model.choice((1, 0.9))], zero_point=[zero], variable=True)
    power = model.choice((-11, -12, -10, -14, -9))
    cell = graph.tensor((1, units), "int16", scale=[2.0**power], zero_point=[0], variable=True)

    def weights(inputs: int, scale: float) -> int:
        near = 2.0 ** model.rng.uniform(-2, 2) / (scale * 60 * np.sqrt(inputs) * 60)
        return graph.const(model.int8_values((units, inputs)), "int8", scale=[float(np.float32(near))])

    first = [weights(depth, scale_in) for _ in range(4)]
    second = [weights(units, 2.0**-7) for _ in range(4)]
    biases = [graph.const(model.rng.integers(-9000, 9001, units), "int32", scale=[1.0]) for _ in range(4)]
    out = model.activation_tensor((*shape[:2], units), *[float(graph.tensors[hidden].scale[0]), zero])
    inputs = [data, *first, *second, -1, -1, -1, *biases, -1, -1, hidden, cell, -1, -1, -1, -1]
    options = ((0, "i8", 4), (1, "f32", model.choice((0.0, 0.0, 1.5))), (3, "bool", shape[0] != 1))
    graph.node("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [out], *options)


@makes("VARIABLE")
def variable(model: RandomModel) -> None:
    """A resource variable: read, mixed with the input, assigned; sometimes first set by CALL_ONCE."""
    if any(node.op == "VAR_HANDLE" for node in model.graph.nodes):
        raise Skip
    data = model.pick()
    shape, quant = model.shape(data), {"scale": [model.quant(data)[0]], "zero_point": [model.quant(data)[1]]}
    graph = model.graph
    if model.chance(0.5):
        once = SubgraphSpec(name="init")
        handle = once.tensor((1,), "resource")
        once.node("VAR_HANDLE", [], [handle], (0, "text", ""), (1, "text", "state"))
        once.node("ASSIGN_VARIABLE", [handle, once.const(model.int8_values(shape), "int8", **quant)], [])
        model.others.append(once)
        graph.node("CALL_ONCE", [], [], (0, "i32", 1))
    handle = graph.tensor((1,), "resource")
    graph.node("VAR_HANDLE", [], [handle], (0, "text", ""), (1, "text", "state"))
    held = model.like(data)
    graph.node("READ_VARIABLE", [handle], [held])
    out = model.activation_tensor(shape, model.quant(data)[0] * 2)
    graph.node("ADD", [data, held], [out], (0, "i8", 0))
    new = model.like(data)
    graph.node("QUANTIZE", [out], [new])
    graph.node("ASSIGN_VARIABLE", [handle, new], [])
    graph.node("QUANTIZE", [out], [model.activation_tensor(shape)])
