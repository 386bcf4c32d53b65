"""Random models with patterns that the passes change, among ordinary random nodes."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import numpy as np

from tests.support import randmodels_core
from tests.support.randmodels import CORE, MAKERS, RandomModel, Skip, random_graph_model, register_all
from tests.support.tflite_writer import ACTIVATIONS, SAME


def pass_model(seed: int, *patterns: str) -> bytes:
    """A random model of core operators and of the named patterns, each present with high probability."""
    register_all()  # before the patch, whose end would remove what was registered inside it
    with mock.patch.dict(MAKERS, PATTERNS):
        return random_graph_model(
            seed, (*CORE, *patterns * (max(1, 8 // max(len(patterns), 1)))), core_only=True, nodes=6
        )


def any_model(seed: int) -> bytes:
    """Any operator, core operators, or patterns for the passes, in turn; borders of every type in two of six."""
    if seed % 3 == 0:
        return random_graph_model(seed, borders=seed % 2 == 0)
    if seed % 3 == 1:
        return random_graph_model(seed, core_only=True, borders=seed % 2 == 0)
    return pass_model(seed, *PATTERNS)


def _conv(model: RandomModel, data: int, units: int, kernel: int, weights: np.ndarray | None = None) -> int:
    """A CONV_2D of stride 1 with SAME padding; its output."""
    _, height, width, depth = model.shape(data)
    inputs, output = randmodels_core.linear(model, data, (units, kernel, kernel, depth), 0)
    if weights is not None:
        model.graph.tensors[inputs[1]].data = weights
    out = output((1, height, width, units))
    model.graph.node(
        "CONV_2D",
        inputs,
        [out],
        *((0, "i8", SAME), (1, "i32", 1), (2, "i32", 1), (3, "i8", model.activation()), (4, "i32", 1), (5, "i32", 1)),
    )
    return out


def pad_before_conv(model: RandomModel) -> None:
    data = model.image()
    _, height, width, depth = model.shape(data)
    pads = [[0, 0], [model.between(0, 2), model.between(0, 2)], [model.between(0, 2), model.between(0, 2)], [0, 0]]
    padded = model.like(data, [d + sum(p) for d, p in zip((1, height, width, depth), pads, strict=True)])
    model.graph.node("PAD", [data, model.graph.const(pads, "int32")], [padded])
    kernel = (model.between(1, 4), model.between(1, 4))
    depthwise = model.chance(0.5)
    _, height, width, _ = model.shape(padded)
    padding, stride_h, stride_w, out_h, out_w = randmodels_core.window(model, height, width, kernel)
    units = depth if depthwise else model.channels()
    shape = (1, *kernel, depth) if depthwise else (units, *kernel, depth)
    inputs, output = randmodels_core.linear(model, padded, shape, 3 if depthwise else 0)
    out = output((1, out_h, out_w, units))
    head = ((0, "i8", padding), (1, "i32", stride_w), (2, "i32", stride_h))
    tail = ((3, "i8", 0), (4, "i32", 1), (5, "i32", 1))
    if depthwise:
        tail = ((3, "i32", 1), (4, "i8", 0), (5, "i32", 1), (6, "i32", 1))
    model.graph.node("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", inputs, [out], *head, *tail)
    model.live.remove(padded)


def clamp_after(model: RandomModel) -> None:
    data = model.image()
    before = _conv(model, data, model.channels(), model.choice((1, 3)))
    out = model.like(before)
    model.graph.node(model.choice(("RELU", "RELU6")), [before], [out])
    if model.chance(0.8):
        model.live.remove(before)


def equal_nodes(model: RandomModel) -> None:
    data = model.image()
    _conv(model, data, model.channels(), 3)
    node = model.graph.nodes[-1]
    copies = [model.graph.tensors[i] for i in node.inputs[1:]]
    again = [model.graph.const(t.data, t.dtype, scale=t.scale, zero_point=t.zero_point, axis=t.axis) for t in copies]
    first = node.outputs[0]
    second = model.like(first)
    model.graph.node("CONV_2D", [data, *again], [second], *node.options)
    total = model.activation_tensor(model.shape(first), 2 * model.quant(first)[0])
    model.graph.node("ADD", [first, second], [total], (0, "i8", 0))


def dead_channels(model: RandomModel) -> None:
    """Zeroed filters, then operators that carry the channels along, then readers."""
    data = model.image()
    depth, units = model.shape(data)[3], model.between(3, 9)
    kernel = model.choice((1, 3))
    weights = model.rng.integers(-30, 30, (units, kernel, kernel, depth)).astype(np.int8)
    weights[model.rng.random(units) < 0.5] = 0
    x = _conv(model, data, units, kernel, weights)
    for _ in range(model.between(0, 3)):
        x = model.choice((_carry_depthwise, _carry_pool, _carry_add))(model, x)
    readers = model.between(1, 2)
    for _ in range(readers):
        filters = model.rng.integers(-30, 30, (model.between(1, 6), 3, 3, units)).astype(np.int8)
        filters[..., model.rng.random(units) < 0.3] = 0
        _conv(model, x, len(filters), 3, filters)
    if model.chance(0.5):
        inputs, output = randmodels_core.linear(model, x, (3, int(np.prod(model.shape(x)))), 0)
        model.graph.node("FULLY_CONNECTED", inputs, [output((1, 3))], (0, "i8", 0), (1, "i8", 0), (2, "bool", False))


def _carry_depthwise(model: RandomModel, data: int) -> int:
    _, height, width, depth = model.shape(data)
    inputs, output = randmodels_core.linear(model, data, (1, 3, 3, depth), 3)
    out = output((1, height, width, depth))
    model.graph.node(
        "DEPTHWISE_CONV_2D",
        inputs,
        [out],
        *((0, "i8", SAME), (1, "i32", 1), (2, "i32", 1), (3, "i32", 1)),
        *((4, "i8", model.activation()), (5, "i32", 1), (6, "i32", 1)),
    )
    return out


def _carry_pool(model: RandomModel, data: int) -> int:
    _, height, width, depth = model.shape(data)
    out = model.like(data, (1, -(-height // 2), -(-width // 2), depth))
    model.graph.node(
        model.choice(("AVERAGE_POOL_2D", "MAX_POOL_2D")),
        [data],
        [out],
        *((0, "i8", SAME), (1, "i32", 2), (2, "i32", 2), (3, "i32", 2), (4, "i32", 2), (5, "i8", 0)),
    )
    return out


def _carry_add(model: RandomModel, data: int) -> int:
    other = model.constant(model.choice(((1,), model.shape(data)[-1:], model.shape(data))))
    out = model.activation_tensor(model.shape(data), model.quant(data)[0] * 2)
    model.graph.node("ADD", [data, other], [out], (0, "i8", ACTIVATIONS["RELU"]))
    return out


def constants(model: RandomModel) -> None:
    data = model.pick()
    shape = model.shape(data)
    a, b = model.constant(shape), model.constant(shape[-1:])
    scales = [model.graph.tensors[i].scale[0] for i in (a, b)]
    total = model.activation_tensor(shape, 2 * max(scales))
    model.graph.node("ADD", [a, b], [total], (0, "i8", 0))
    out = model.activation_tensor(shape, 2 * max(scales[0], scales[1], model.quant(data)[0]))
    model.graph.node("ADD", [data, total], [out], (0, "i8", 0))
    model.live.remove(total)


def identities(model: RandomModel) -> None:
    data = model.pick()
    for _ in range(2):
        shape = model.shape(data)
        out = model.like(data)
        kind = model.between(0, 2)
        if kind == 0:
            model.graph.node("RESHAPE", [data, model.graph.const(shape, "int32")], [out])
        elif kind == 1:
            model.graph.node("QUANTIZE", [data], [out])
        else:
            if len(shape) > 4:
                raise Skip
            model.graph.node("PAD", [data, model.graph.const([[0, 0]] * len(shape), "int32")], [out])
        data = out
    clamped = model.like(data)
    model.graph.node("RELU6", [data], [clamped])


def unread(model: RandomModel) -> None:
    """More results than model outputs: no node reads the first ones."""
    data = model.image()
    for _ in range(5):
        model.graph.node("QUANTIZE", [data], [model.activation_tensor(model.shape(data), model.quant(data)[0] / 2)])


def branches(model: RandomModel) -> None:
    """Two wide branches that become narrow: computing one completely before the other needs less RAM."""
    data = model.image()
    wide = [_conv(model, data, 16, 1) for _ in range(3)]
    small = [_conv(model, x, 1, 1) for x in wide]
    for x in wide:
        model.live.remove(x)
    total = small[0]
    for x in small[1:]:
        out = model.activation_tensor(model.shape(x), 2 * max(model.quant(total)[0], model.quant(x)[0]))
        model.graph.node("ADD", [total, x], [out], (0, "i8", 0))
        total = out


PATTERNS: dict[str, Callable[[RandomModel], None]] = {
    "pad_before_conv": pad_before_conv,
    "clamp_after": clamp_after,
    "equal_nodes": equal_nodes,
    "dead_channels": dead_channels,
    "constants": constants,
    "identities": identities,
    "unread": unread,
    "branches": branches,
}
