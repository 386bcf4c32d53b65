"""Random int8 models: every operator and attribute, odd shapes, extreme quantization, accumulators near int32.

``random_graph_model(seed)`` gives the bytes of a model of a few nodes that the toolkit supports; the same seed gives
the same bytes. Operators are registered with `makes`; one that finds no tensor to work on raises `Skip`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.support.tflite_writer import ACTIVATIONS, SAME, VALID, SubgraphSpec, write_model

CORE = (
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "PAD",
    "RESHAPE", "SOFTMAX", "QUANTIZE",
)  # fmt: skip

_MAX_ELEMENTS = 1500


class Skip(Exception):
    """The operator has nothing to work on in this model."""


class RandomModel:
    """A model in the making.

    Attributes:
        rng: source of every choice.
        graph: the main subgraph so far.
        live: int8 activations that may be read.
        others: further subgraphs.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.graph = SubgraphSpec()
        self.live: list[int] = []
        self.others: list[SubgraphSpec] = []

    # -- choices

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def choice(self, values: Sequence[Any]) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def between(self, low: int, high: int) -> int:
        """Uniform, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def channels(self) -> int:
        """Mostly small, sometimes past the block sizes of kernels."""
        return self.choice((1, 2, 3, 4, 5, 7, 8, 12, 16, 17)) if self.chance(0.9) else self.between(18, 40)

    def scale(self) -> float:
        """Log-uniform around what training gives, rarely far off."""
        exponent = self.rng.uniform(-9, 0) if self.chance(0.9) else self.rng.uniform(-16, 5)
        return float(np.float32(2.0**exponent))

    def zero_point(self) -> int:
        return self.choice((-128, 127, 0, self.between(-128, 127)))

    def activation(self) -> int:
        return ACTIVATIONS[self.choice(("NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"))]

    # -- tensors

    def shape(self, index: int) -> tuple[int, ...]:
        return self.graph.tensors[index].shape

    def quant(self, index: int) -> tuple[float, int]:
        tensor = self.graph.tensors[index]
        return float(tensor.scale[0]), int(tensor.zero_point[0])

    def pick(self, fits: Callable[[tuple[int, ...]], bool] = lambda shape: True) -> int:
        """A live tensor, the later ones more likely."""
        found = [index for index in self.live if fits(self.shape(index))]
        if not found:
            raise Skip
        weights = np.arange(1, len(found) + 1, dtype=float) ** 2
        return int(self.rng.choice(found, p=weights / weights.sum()))

    def image(self) -> int:
        return self.pick(lambda shape: len(shape) == 4 and shape[0] == 1)

    def activation_tensor(
        self, shape: Sequence[int], scale: float | None = None, zero_point: int | None = None, dtype: str = "int8"
    ) -> int:
        """A new activation. The caller adds the node that writes it."""
        if int(np.prod(shape)) > 4 * _MAX_ELEMENTS or 0 in shape:
            raise Skip
        index = self.graph.tensor(
            shape,
            dtype,
            scale=[self.scale() if scale is None else scale],
            zero_point=[self.zero_point() if zero_point is None else zero_point],
        )
        if dtype == "int8":
            self.live.append(index)
        return index

    def like(self, source: int, shape: Sequence[int] | None = None) -> int:
        """A new activation in the quantization of another."""
        return self.activation_tensor(self.shape(source) if shape is None else shape, *self.quant(source))

    def int8_values(self, shape: Sequence[int]) -> np.ndarray:
        """Random int8 of one of several characters: full range, small, mostly zero, saturated."""
        kind = self.between(0, 5)
        if kind == 0:
            return self.rng.choice(np.array([-128, 127, -127], np.int8), shape)
        if kind == 1:
            return (self.rng.integers(-128, 128, shape) * (self.rng.random(shape) < 0.3)).astype(np.int8)
        if kind == 2:
            return self.rng.integers(-6, 7, shape).astype(np.int8)
        return self.rng.integers(-128, 128, shape).astype(np.int8)

    def constant(self, shape: Sequence[int]) -> int:
        """A constant int8 tensor with quantization of its own."""
        return self.graph.const(self.int8_values(shape), "int8", scale=[self.scale()], zero_point=[self.zero_point()])


MAKERS: dict[str, Callable[[RandomModel], None]] = {}


def makes(*ops: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a maker; one that serves several operators takes the name as its second argument."""

    def register(maker: Callable[..., None]) -> Callable[..., None]:
        for op in ops:
            MAKERS[op] = maker if len(ops) == 1 else (lambda m, op=op: maker(m, op))
        return maker

    return register


def random_graph_model(seed: int, ops: Sequence[str] | None = None, core_only: bool = False, nodes: int = 0) -> bytes:
    """A random model that the toolkit supports.

    Args:
        seed: the same gives the same bytes.
        ops: operators to draw from; each model holds at least one of them. All by default.
        core_only: draw from `CORE`, int8 inputs only.
        nodes: number of nodes to try; random by default.
    """
    import tests.support.randmodels_more  # noqa: F401  (registers the rest)
    from mcu_toolkit.graph.reader import read_model
    from mcu_toolkit.graph.support import unsupported

    names = tuple(ops) if ops is not None else CORE if core_only else tuple(sorted(MAKERS))
    for attempt in range(200):
        data = _attempt(seed * 1009 + attempt * 7919, names, nodes, core_only)
        # Scales are drawn wide on purpose; what falls outside the supported range is drawn again.
        if data is not None and not unsupported(read_model(data)):
            return data
    raise AssertionError(f"no model of {names} from seed {seed}")


def _attempt(seed: int, names: Sequence[str], nodes: int, core_only: bool) -> bytes | None:
    model = RandomModel(seed)
    for _ in range(model.choice((1, 1, 1, 2))):
        _input(model)
    made = 0
    for _ in range(nodes or model.between(1, 8)):
        graph = model.graph
        before = (len(graph.tensors), len(graph.nodes), list(model.live), len(model.others), list(graph.inputs))
        try:
            name = model.choice(names)
            (quantize if core_only and name == "QUANTIZE" else MAKERS[name])(model)
            made += 1
        except Skip:
            del graph.tensors[before[0] :], graph.nodes[before[1] :], model.others[before[3] :]
            model.live, graph.inputs = before[2], before[4]
    return _finish(model) if made else None


def _input(model: RandomModel) -> None:
    side = (1, 2, 3, 4, 5, 6, 7, 9, 11)
    kind = model.between(0, 9)
    if kind < 7:
        shape: tuple[int, ...] = (1, model.choice(side), model.choice(side), model.channels())
    elif kind < 9:
        shape = (1, model.between(1, 60))
    else:
        shape = (1, model.choice(side), model.channels())
    if int(np.prod(shape)) > _MAX_ELEMENTS:
        shape = (*shape[:-1], 3)
    model.graph.inputs.append(model.activation_tensor(shape))


def _finish(model: RandomModel) -> bytes | None:
    graph = model.graph
    read = {index for node in graph.nodes for index in node.inputs}
    written = [index for node in graph.nodes for index in node.outputs]
    sinks = [index for index in written if index not in read]
    if not sinks:
        return None
    graph.outputs = sinks[-4:]
    if (
        written[0] not in graph.outputs
        and graph.tensors[written[0]].dtype != "resource"
        and len(graph.outputs) < 4
        and model.chance(0.1)
    ):
        graph.outputs.append(written[0])
    # An input that nothing reads is legal, but the interpreter's Python door refuses some such models.
    graph.inputs = [index for index in graph.inputs if index in read]
    return write_model(graph, *model.others) if graph.inputs else None


# -- the core operators


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


def _linear(
    model: RandomModel, data: int, shape: Sequence[int], axis: int
) -> tuple[list[int], Callable[[Sequence[int]], int]]:
    """Inputs of a convolution-like node, and what makes its output from a shape."""
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
    inputs, output = _linear(model, data, (units, *kernel, depth), 0)
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
    inputs, output = _linear(model, data, (1, *kernel, depth * times), 3)
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
    inputs, output = _linear(model, data, (units, depth), 0)
    out = output((*shape[:-1], units) if keep else (elements // depth, units))
    model.graph.node("FULLY_CONNECTED", inputs, [out], (0, "i8", model.activation()), (1, "i8", 0), (2, "bool", keep))


def partner(model: RandomModel, data: int) -> int:
    """A second operand that broadcasts against the first: a live tensor or a constant."""
    shape = model.shape(data)
    if model.chance(0.5):
        return model.pick(lambda other: _broadcasts(shape, other))
    other = tuple(1 if model.chance(0.25) else d for d in shape)
    return model.constant(other[model.between(0, len(other)) :] if model.chance(0.3) else other)


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


def quantize(model: RandomModel) -> None:
    """int8 to int8; the maker for the other types is in `randmodels_more`."""
    data = model.pick()
    scale = model.quant(data)[0] * 2.0 ** model.rng.uniform(-2, 2) if model.chance(0.7) else None
    if model.chance(0.2):
        scale = model.quant(data)[0]
    out = model.activation_tensor(model.shape(data), scale)
    model.graph.node("QUANTIZE", [data], [out])
