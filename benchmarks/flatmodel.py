"""Writes small int8 .tflite models with random weights, without TensorFlow.

Only the operators of convolutional classifiers and autoencoders. Field numbers are those of
tensorflow/lite/schema/schema.fbs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np

_INT8, _INT32 = 9, 2
#: Operator → (builtin code, type of its options in the union BuiltinOptions).
_OPERATORS = {
    "ADD": (0, 11),
    "AVERAGE_POOL_2D": (1, 5),
    "CONV_2D": (3, 1),
    "DEPTHWISE_CONV_2D": (4, 2),
    "FULLY_CONNECTED": (9, 8),
    "RESHAPE": (22, 17),
    "SOFTMAX": (25, 9),
}
_SAME, _VALID, _RELU = 0, 1, 1

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Activation:
    """An int8 tensor between two operators."""

    index: int
    shape: Shape
    scale: float
    zero_point: int


@dataclass
class RandomModel:
    """A model under construction; each method adds an operator and returns its output.

    Weights have a normal distribution, scaled to a maximum of 127 in each channel, as a converter does. The scales of
    outputs cover a few standard deviations, so that values neither vanish nor saturate.
    """

    seed: int
    _tensors: list[tuple[Shape, int, Sequence[float], Sequence[int], int]] = field(default_factory=list)
    _buffers: list[bytes] = field(default_factory=lambda: [b""])
    _nodes: list[tuple[str, list[int], int, list[tuple[int, str, Any]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)

    def input(self, shape: Shape) -> Activation:
        """The model's input: scale 1/64, zero point 0."""
        return self._activation(shape, 1 / 64, 0)

    def conv(
        self, x: Activation, out_c: int, kernel: tuple[int, int], stride: int = 1, relu: bool = True
    ) -> Activation:
        """CONV_2D, SAME, per-channel weights."""
        (_, h, w, in_c), (kh, kw) = x.shape, kernel
        weights = self._rng.normal(size=(out_c, kh, kw, in_c))
        shape = (1, -(-h // stride), -(-w // stride), out_c)
        return self._linear("CONV_2D", x, weights, 0, shape, relu, [(0, "byte", _SAME), *_pair(1, stride)], 3)

    def depthwise(self, x: Activation, stride: int = 1) -> Activation:
        """DEPTHWISE_CONV_2D, 3x3, SAME, RELU, per-channel weights."""
        _, h, w, c = x.shape
        weights = self._rng.normal(size=(1, 3, 3, c))
        shape = (1, -(-h // stride), -(-w // stride), c)
        options = [(0, "byte", _SAME), *_pair(1, stride), (3, "int", 1)]
        return self._linear("DEPTHWISE_CONV_2D", x, weights, 3, shape, True, options, 4)

    def dense(self, x: Activation, out_c: int, relu: bool = False) -> Activation:
        """FULLY_CONNECTED, one scale for all weights."""
        weights = self._rng.normal(size=(out_c, x.shape[-1]))
        return self._linear("FULLY_CONNECTED", x, weights, None, (1, out_c), relu, [], 0)

    def add(self, a: Activation, b: Activation) -> Activation:
        """ADD with RELU."""
        out = self._activation(a.shape, max(a.scale, b.scale) * 1.1, -128)
        self._nodes.append(("ADD", [a.index, b.index], out.index, [(0, "byte", _RELU)]))
        return out

    def pool(self, x: Activation) -> Activation:
        """AVERAGE_POOL_2D over the whole image."""
        _, h, w, c = x.shape
        out = self._activation((1, 1, 1, c), x.scale, x.zero_point)
        options = [(0, "byte", _VALID), (1, "int", w), (2, "int", h), (3, "int", w), (4, "int", h)]
        self._nodes.append(("AVERAGE_POOL_2D", [x.index], out.index, options))
        return out

    def flatten(self, x: Activation) -> Activation:
        """RESHAPE to [1, elements]."""
        shape = (1, int(np.prod(x.shape)))
        out = self._activation(shape, x.scale, x.zero_point)
        target = self._constant(np.array(shape, np.int32), _INT32, (), (), 0)
        self._nodes.append(("RESHAPE", [x.index, target], out.index, []))
        return out

    def softmax(self, x: Activation) -> Activation:
        """SOFTMAX with the output quantization that TFLite prescribes; beta avoids outputs of only 0 and 1."""
        out = self._activation(x.shape, 1 / 256, -128)
        self._nodes.append(("SOFTMAX", [x.index], out.index, [(0, "float", 4 / (127 * x.scale))]))
        return out

    def write(self, first: Activation, last: Activation) -> bytes:
        """The .tflite file; the same bytes for the same seed and calls."""
        return _Writer(self._tensors, self._buffers, self._nodes).write(first.index, last.index)

    def _linear(
        self,
        op: str,
        x: Activation,
        weights: np.ndarray,
        axis: int | None,
        shape: Shape,
        relu: bool,
        options: list[tuple[int, str, Any]],
        activation_field: int,
    ) -> Activation:
        others = tuple(i for i in range(weights.ndim) if i != axis)
        peak = np.abs(weights).max(axis=others if axis is not None else None, keepdims=True)
        spread = self._rng.uniform(0.5, 1.5, peak.shape)  # channels differ in scale
        integers = np.clip(np.round(weights / peak * 127), -127, 127).astype(np.int8)
        scales = (peak * spread / 127 / peak.mean() * 2).reshape(-1)
        out_c = shape[-1]
        depth = weights.size // out_c
        typical = float(np.sqrt(depth)) * 60 * 40 * x.scale * float(scales.max())
        out = self._activation(shape, typical * 3 / 127 / (2 if relu else 1), -128 if relu else 0)
        bias = self._rng.normal(size=out_c) * typical * 0.3 / (x.scale * scales)
        zeros = [0] * scales.size
        axis_number = axis or 0
        w = self._constant(integers, _INT8, scales.tolist(), zeros, axis_number)
        b = self._constant(np.round(bias).astype(np.int32), _INT32, (x.scale * scales).tolist(), zeros, 0)
        fused = [(activation_field, "byte", _RELU)] if relu else []
        self._nodes.append((op, [x.index, w, b], out.index, [*options, *fused]))
        return out

    def _activation(self, shape: Shape, scale: float, zero_point: int) -> Activation:
        self._tensors.append((shape, _INT8, [scale], [zero_point], 0))
        return Activation(len(self._tensors) - 1, shape, scale, zero_point)

    def _constant(self, data: np.ndarray, kind: int, scale: Sequence[float], zero: Sequence[int], axis: int) -> int:
        self._buffers.append(np.ascontiguousarray(data).tobytes())
        self._tensors.append((data.shape, kind, scale, zero, axis | (len(self._buffers) - 1) << 8))
        return len(self._tensors) - 1


def _pair(slot: int, value: int) -> list[tuple[int, str, Any]]:
    """stride_w and stride_h."""
    return [(slot, "int", value), (slot + 1, "int", value)]


@dataclass
class _Writer:
    """Writes the flatbuffer, children before parents."""

    tensors: list[tuple[Shape, int, Sequence[float], Sequence[int], int]]
    buffers: list[bytes]
    nodes: list[tuple[str, list[int], int, list[tuple[int, str, Any]]]]

    def write(self, first: int, last: int) -> bytes:
        b = self.b = flatbuffers.Builder(1024)
        codes = sorted({op for op, *_ in self.nodes})
        tensors = self._vector([self._tensor(number) for number in range(len(self.tensors))])
        operators = self._vector([self._node(number, codes) for number in range(len(self.nodes))])
        graph = self._table(4, {0: tensors, 1: self._ints([first]), 2: self._ints([last]), 3: operators})
        name = b.CreateString("random weights")
        parts = {
            1: self._vector([self._code(op) for op in codes]),
            2: self._vector([graph]),
            3: name,
            4: self._vector([self._buffer(data) for data in self.buffers]),
        }
        b.Finish(self._table(5, parts, version=3), file_identifier=b"TFL3")
        return bytes(b.Output())

    def _table(self, size: int, offsets: dict[int, int], version: int | None = None) -> int:
        self.b.StartObject(size)
        if version is not None:
            self.b.PrependUint32Slot(0, version, 0)
        for slot, offset in offsets.items():
            self.b.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return int(self.b.EndObject())

    def _vector(self, offsets: Sequence[int]) -> int:
        self.b.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.b.PrependUOffsetTRelative(offset)
        return int(self.b.EndVector())

    def _ints(self, values: Sequence[int]) -> int:
        return int(self.b.CreateNumpyVector(np.asarray(values, np.int32)))

    def _code(self, op: str) -> int:
        self.b.StartObject(4)
        self.b.PrependInt8Slot(0, _OPERATORS[op][0], 0)
        self.b.PrependInt32Slot(2, 1, 0)
        self.b.PrependInt32Slot(3, _OPERATORS[op][0], 0)
        return int(self.b.EndObject())

    def _buffer(self, data: bytes) -> int:
        offsets = {}
        if data:
            self.b.StartVector(1, len(data), 16)
            self.b.head -= len(data)
            self.b.Bytes[self.b.head : self.b.head + len(data)] = data
            offsets[0] = self.b.EndVector()
        return self._table(3, offsets)

    def _tensor(self, number: int) -> int:
        shape, kind, scale, zero_point, place = self.tensors[number]
        quantization = 0
        if len(scale):
            scales = self.b.CreateNumpyVector(np.asarray(scale, np.float32))
            zeros = self.b.CreateNumpyVector(np.asarray(zero_point, np.int64))
            self.b.StartObject(7)
            self.b.PrependUOffsetTRelativeSlot(2, scales, 0)
            self.b.PrependUOffsetTRelativeSlot(3, zeros, 0)
            self.b.PrependInt32Slot(6, place & 255, 0)
            quantization = self.b.EndObject()
        dims, name = self._ints(shape), self.b.CreateString(f"t{number}")
        self.b.StartObject(8)
        self.b.PrependUOffsetTRelativeSlot(0, dims, 0)
        self.b.PrependInt8Slot(1, kind, 0)
        self.b.PrependUint32Slot(2, place >> 8, 0)
        self.b.PrependUOffsetTRelativeSlot(3, name, 0)
        self.b.PrependUOffsetTRelativeSlot(4, quantization, 0)
        return int(self.b.EndObject())

    def _node(self, number: int, codes: Sequence[str]) -> int:
        op, inputs, output, options = self.nodes[number]
        reads, writes = self._ints(inputs), self._ints([output])
        self.b.StartObject(6)
        for slot, kind, value in options:
            if kind == "byte":
                self.b.PrependInt8Slot(slot, value, 0)
            elif kind == "int":
                self.b.PrependInt32Slot(slot, value, 0)
            else:
                self.b.PrependFloat32Slot(slot, value, 0.0)
        made = self.b.EndObject()
        self.b.StartObject(5)
        self.b.PrependUint32Slot(0, codes.index(op), 0)
        self.b.PrependUOffsetTRelativeSlot(1, reads, 0)
        self.b.PrependUOffsetTRelativeSlot(2, writes, 0)
        self.b.PrependUint8Slot(3, _OPERATORS[op][1], 0)
        self.b.PrependUOffsetTRelativeSlot(4, made, 0)
        return int(self.b.EndObject())
