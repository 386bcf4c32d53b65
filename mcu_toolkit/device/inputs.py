"""Random inputs, by the generator of the public reference outputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.block import sample_shape
from mcu_toolkit.graph.ir import Array, DType, Graph, Tensor
from mcu_toolkit.graph.ops.quantize import Quantize

_MULTIPLIER = 1664525
_INCREMENT = 1013904223
_MODULUS = 1 << 32
#: Scale and zero point of float32 inputs that no QUANTIZE reads.
_FLOAT_QUANT = (1 / 64, 0)


def random_bytes(seed: int, count: int) -> npt.NDArray[np.int8]:
    """`count` int8 values: ``s = s * 1664525 + 1013904223 (mod 2^32)`` from the seed on; each byte is ``s >> 24``.

    Args:
        seed: any integer; taken modulo 2^32.
        count: length of the stream.
    """
    # State i + n follows from state i by one multiplication and one addition, so that the known states can be doubled.
    states = np.array([(seed * _MULTIPLIER + _INCREMENT) % _MODULUS], np.uint32)
    factor, increment = _MULTIPLIER, _INCREMENT
    while len(states) < count:
        states = np.concatenate([states, states * np.uint32(factor) + np.uint32(increment)])
        factor, increment = factor * factor % _MODULUS, (increment * factor + increment) % _MODULUS
    return np.asarray(states[:count] >> np.uint32(24), np.uint8).view(np.int8)


def random_inputs(graph: Graph, count: int, seed: int) -> tuple[Array, ...]:
    """Random inputs of a model from the seeds `seed`, `seed` + 1, …; one stream of bytes q runs over all its inputs.

    An int8 element is q, uint8 is q + 128, bool is q & 1, a wider integer is that many bytes q, the least significant
    first, and float32 is ``(q - zero_point) * scale`` of the QUANTIZE that reads the input, in float32.

    Returns:
        One array [count, *shape without a batch of 1] per input, of the input's type.
    """
    tensors = [graph.tensors[index] for index in graph.inputs]
    sizes = [_stream_bytes(tensor) for tensor in tensors]
    rows = np.stack([random_bytes(seed + i, sum(sizes)) for i in range(count)])
    parts = np.split(rows, np.cumsum(sizes)[:-1], axis=1)
    return tuple(
        _elements(part, tensor, *_float_quant(graph, index)).reshape(count, *sample_shape(tensor.shape))
        for part, tensor, index in zip(parts, tensors, graph.inputs, strict=True)
    )


def _stream_bytes(tensor: Tensor) -> int:
    return tensor.elements if tensor.dtype is DType.FLOAT32 else tensor.bytes


def _elements(q: npt.NDArray[np.int8], tensor: Tensor, scale: float, zero_point: int) -> Array:
    if tensor.dtype is DType.FLOAT32:
        return np.asarray((q.astype(np.int32) - zero_point).astype(np.float32) * np.float32(scale))
    if tensor.dtype is DType.BOOL:
        return np.asarray(q & 1, np.bool_)
    if tensor.dtype is DType.UINT8:
        return np.asarray(q.astype(np.int16) + 128, np.uint8)
    return np.asarray(np.ascontiguousarray(q).view(tensor.dtype.numpy.newbyteorder("<")), tensor.dtype.numpy)


def _float_quant(graph: Graph, index: int) -> tuple[float, int]:
    """Scale and zero point of the first QUANTIZE that reads an input."""
    for node in graph.nodes:
        if node.op == Quantize.name and node.inputs[0] == index:
            return graph.tensors[node.outputs[0]].border_quant
    return _FLOAT_QUANT
