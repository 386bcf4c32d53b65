"""Small models whose generated C is stored in tests/goldens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.support.tflite_writer import SAME, SubgraphSpec, write_model


def _weights(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-127, 128, shape).astype(np.int8)


def _conv(
    g: SubgraphSpec,
    data: int,
    units: int,
    kernel: int,
    stride: int,
    name: str,
    *,
    depthwise: bool = False,
    act: int = 1,
) -> int:
    """A convolution with SAME padding and a bias; its output."""
    _, height, width, depth = g.tensors[data].shape
    shape = (1, kernel, kernel, depth) if depthwise else (units, kernel, kernel, depth)
    axis = 3 if depthwise else 0
    scales = [0.004 + 0.001 * i for i in range(shape[axis])]
    weights = g.const(_weights(shape, len(g.tensors)), "int8", scale=scales, axis=axis, name=f"{name}/weights")
    bias_scales = [float(np.float32(s) * np.float32(g.tensors[data].scale[0])) for s in scales]
    bias = g.const(np.arange(shape[axis]) * 37 - 90, "int32", scale=bias_scales, name=f"{name}/bias")
    out_shape = (1, -(-height // stride), -(-width // stride), shape[axis])
    out = g.tensor(out_shape, scale=[0.05], zero_point=[-128], name=name)
    options: tuple[tuple[int, str, int], ...] = ((0, "i8", SAME), (1, "i32", stride), (2, "i32", stride))
    if depthwise:
        options += ((3, "i32", 1), (4, "i8", act), (5, "i32", 1), (6, "i32", 1))
    else:
        options += ((3, "i8", act), (4, "i32", 1), (5, "i32", 1))
    g.node("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", [data, weights, bias], [out], *options)
    return out


def _classifier(g: SubgraphSpec, data: int, classes: int) -> None:
    """MEAN, FULLY_CONNECTED, SOFTMAX; the model's output."""
    depth = g.tensors[data].shape[3]
    mean = g.tensor((1, depth), scale=[0.05], zero_point=[-128], name="mean")
    g.node("MEAN", [data, g.const([1, 2], "int32", name="axes")], [mean], (0, "bool", False))
    weights = g.const(_weights((classes, depth), 99), "int8", scale=[0.01], name="dense/weights")
    bias = g.const(
        np.arange(classes) * 50, "int32", scale=[float(np.float32(0.01) * np.float32(0.05))], name="dense/bias"
    )
    logits = g.tensor((1, classes), scale=[0.1], zero_point=[4], name="logits")
    g.node("FULLY_CONNECTED", [mean, weights, bias], [logits], (0, "i8", 0), (1, "i8", 0), (2, "bool", False))
    out = g.tensor((1, classes), scale=[1 / 256], zero_point=[-128], name="probabilities")
    g.node("SOFTMAX", [logits], [out], (0, "f32", 1.0))
    g.outputs.append(out)


def separable() -> bytes:
    """A small separable network: first layer, depthwise, pointwise, classifier."""
    g = SubgraphSpec()
    g.inputs.append(g.tensor((1, 8, 8, 1), scale=[1 / 255], zero_point=[-128], name="image"))
    x = _conv(g, g.inputs[0], 4, 3, 2, "stem")
    x = _conv(g, x, 4, 3, 1, "depthwise", depthwise=True)
    x = _conv(g, x, 8, 1, 1, "pointwise")
    _classifier(g, x, 4)
    return write_model(g)


def residual() -> bytes:
    """A residual block: two convolutions, ADD of the block's input, and names that are not valid in C."""
    g = SubgraphSpec()
    g.inputs.append(g.tensor((1, 6, 6, 4), scale=[0.05], zero_point=[-3], name='*/ "image" \\ int main() {'))
    a = _conv(g, g.inputs[0], 4, 3, 1, "while")
    b = _conv(g, a, 4, 3, 1, "größe\n#include", act=0)
    out = g.tensor((1, 6, 6, 4), scale=[0.08], zero_point=[-128], name="??/")
    g.node("ADD", [g.inputs[0], b], [out], (0, "i8", 1))
    _classifier(g, out, 3)
    return write_model(g)


def dead() -> bytes:
    """Half of the channels are constant; PAD, RELU and RESHAPE can be folded."""
    g = SubgraphSpec()
    g.inputs.append(g.tensor((1, 5, 5, 3), scale=[0.1], zero_point=[0], name="image"))
    x = _conv(g, g.inputs[0], 6, 3, 1, "half_dead", act=0)
    values = next(t for t in g.tensors if t.name == "half_dead/weights").data
    assert values is not None
    values[::2] = 0
    clamped = g.tensor(g.tensors[x].shape, scale=[0.05], zero_point=[-128], name="relu")
    g.node("RELU", [x], [clamped])
    padded = g.tensor((1, 7, 7, 6), scale=[0.05], zero_point=[-128], name="padded")
    g.node("PAD", [clamped, g.const([[0, 0], [1, 1], [1, 1], [0, 0]], "int32", name="pads")], [padded])
    x = _conv(g, padded, 5, 3, 1, "after")
    same = g.tensor(g.tensors[x].shape, scale=[0.05], zero_point=[-128], name="same")
    g.node("RESHAPE", [x, g.const(g.tensors[x].shape, "int32", name="shape")], [same])
    _classifier(g, same, 2)
    return write_model(g)


GOLDEN_MODELS: dict[str, Callable[[], bytes]] = {"separable": separable, "residual": residual, "dead": dead}
