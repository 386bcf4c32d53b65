"""Models whose weights take few values: on a grid, or chosen from a list for the whole layer or for each channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.support.tflite_writer import ACTIVATIONS, SAME, SubgraphSpec, write_model

#: Kinds of weights that are stored in 2 or 4 bits; int4 ones are stored so in the model file too.
KINDS = ("grid 2", "grid 4", "list 2", "list 4", "lists 2", "lists 4", "int4 4")


def weights(rng: np.random.Generator, kind: str, shape: Sequence[int], axis: int) -> np.ndarray:
    """int8 weights of one of `KINDS`, zero among their values.

    Args:
        rng: source of every choice.
        kind: ``grid``, ``list`` (one for the layer), ``lists`` (one for each channel) or ``int4``, and the bits of a
            code.
        shape: of the weights.
        axis: of the output channels.
    """
    form, bits = kind.split()
    count = 1 << int(bits)
    if form == "int4":
        return rng.integers(-8, 8, shape).astype(np.int8)
    if form == "grid":
        below = int(rng.integers(0, count))
        step = int(rng.integers(1, 127 // max(below, count - 1 - below) + 1))
        return ((rng.integers(0, count, shape) - below) * step).astype(np.int8)
    channels = shape[axis]
    lists = np.stack([rng.permutation(np.arange(-127, 128))[:count] for _ in range(channels)])
    lists[:, 0] = 0
    if form == "list":
        lists[:] = lists[0]
    made = np.stack([rng.choice(values, [d for i, d in enumerate(shape) if i != axis]) for values in lists], axis)
    return made.astype(np.int8)


class _Model:
    """A chain of layers."""

    def __init__(self, seed: int, kind: str, size: int, channels: int) -> None:
        self.rng, self.kind = np.random.default_rng(seed), kind
        self.graph = SubgraphSpec()
        self.last = self.graph.tensor((1, size, size, channels), scale=[0.02], zero_point=[-128])
        self.graph.inputs = [self.last]

    def layer(
        self, op: str, shape: Sequence[int], axis: int, out: Sequence[int], *options: tuple[int, str, int]
    ) -> None:
        """Add a layer whose outputs are rectified at a zero point of any height, or not at all."""
        values = weights(self.rng, self.kind, shape, axis)
        depth = values.size // shape[axis]
        scales = np.full(shape[axis], 0.01, np.float32) * self.rng.uniform(0.6, 1.4, shape[axis]).astype(np.float32)
        if op == "FULLY_CONNECTED":
            scales = scales[:1]
        scale_in = float(self.graph.tensors[self.last].scale[0])
        many = [0] * len(scales)
        dtype = "int4" if self.kind.startswith("int4") else "int8"
        bias = self.rng.integers(-4000, 4000, shape[axis]).astype(np.int32)
        inputs = [
            self.last,
            self.graph.const(values, dtype, scale=scales, zero_point=many, axis=axis),
            self.graph.const(bias, "int32", scale=[float(np.float32(scale_in) * s) for s in scales], zero_point=many),
        ]
        spread = float(np.abs(values).mean()) * 60 * np.sqrt(depth) * scale_in * 0.01
        zero_point = int(self.rng.choice([-128, 112, 124, int(self.rng.integers(-128, 128))]))
        self.last = self.graph.tensor(out, scale=[float(np.float32(spread / 60))], zero_point=[zero_point])
        self.graph.node(op, inputs, [self.last], *options)

    def activation(self) -> int:
        return ACTIVATIONS[str(self.rng.choice(["RELU", "RELU", "NONE"]))]


def few_bit_model(seed: int, kind: str = "") -> bytes:
    """A convolution, a depthwise and a pointwise layer, and a fully connected one, of odd and even sizes.

    Args:
        seed: of shapes, weights and scales.
        kind: one of `KINDS`; empty for the choice by seed.
    """
    rng = np.random.default_rng(1000 + seed)
    size, first, second = int(rng.integers(3, 9)), int(rng.integers(1, 20)), int(rng.integers(4, 40))
    channels, classes = int(rng.integers(8, 40)), int(rng.integers(2, 20))
    m = _Model(seed, kind or KINDS[seed % len(KINDS)], size, first)
    kernel = int(rng.choice([1, 3, 3, 5]))
    window = ((0, "i8", SAME), (1, "i32", 1), (2, "i32", 1))
    m.layer("CONV_2D", (second, kernel, kernel, first), 0, (1, size, size, second), *window, (3, "i8", m.activation()))
    stride, taps = int(rng.choice([1, 2])), int(rng.choice([3, 3, 3, 5]))
    half = -(-size // stride)
    strided = ((0, "i8", SAME), (1, "i32", stride), (2, "i32", stride), (3, "i32", 1))
    filters = (1, taps, taps, second)
    m.layer("DEPTHWISE_CONV_2D", filters, 3, (1, half, half, second), *strided, (4, "i8", m.activation()))
    m.layer("CONV_2D", (channels, 1, 1, second), 0, (1, half, half, channels), *window, (3, "i8", m.activation()))
    flat = half * half * channels
    m.layer("FULLY_CONNECTED", (classes, flat), 0, (1, classes), (0, "i8", m.activation()), (1, "i8", 0))
    m.graph.outputs = [m.last]
    return write_model(m.graph)
