"""SOFTMAX, LOG_SOFTMAX and LOGISTIC in float32, in which some models end after a DEQUANTIZE.

Every operation is rounded to float32 and sums run over the classes in order, as in the reference kernels
(tensorflow/lite/kernels/internal/reference/{softmax,log_softmax,logistic}.h); exp and log are those of `floatmath`.
"""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph import floatmath
from mcu_toolkit.graph.floatmath import Float32
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.base import data_reason, first, tensors_of

FORM = "float32 to float32"
NOTE = "In float32, exp is that of glibc without fused multiply-add; inputs are finite."
#: Bounds between which the reference computes 1 / (1 + exp(-x)).
_UPPER, _LOWER = np.float32(16.619047164916992188), np.float32(-9)


def is_float(graph: Graph, node: Node) -> bool:
    """Whether a node with one input and one output computes in float32."""
    return graph.tensors[node.inputs[0]].dtype is DType.FLOAT32


def float_reason(graph: Graph, node: Node) -> str | None:
    """Why a node that computes in float32 is unsupported, or None."""
    data, out = tensors_of(graph, node)
    kinds = (DType.FLOAT32,)
    reason = first(data_reason(data, "the input", kinds), data_reason(out, "the output", kinds))
    return reason or (None if data.shape else "a scalar; supported: at least 1 dimension")


def softmax(x: Float32, beta: float) -> Float32:
    """Distributions over the last axis."""
    powers = floatmath.exp((x - x.max(axis=-1, keepdims=True)) * np.float32(beta))
    return np.asarray(powers / _sum(powers))


def log_softmax(x: Float32) -> Float32:
    """Logarithms of distributions over the last axis."""
    below = x - x.max(axis=-1, keepdims=True)
    return np.asarray(below - floatmath.log(_sum(floatmath.exp(below))))


def logistic(x: Float32) -> Float32:
    """1 / (1 + e^-x), 1 above 16.619, and e^x below -9."""
    inside = np.float32(1) / (np.float32(1) + floatmath.exp(-np.clip(x, _LOWER, _UPPER)))
    low = floatmath.exp(np.minimum(x, _LOWER))
    return np.asarray(np.where(x > _UPPER, np.float32(1), np.where(x < _LOWER, low, inside)))


def _sum(x: Float32) -> Float32:
    """Sum over the last axis, from the first element to the last, [..., 1]."""
    return np.asarray(np.add.accumulate(x, axis=-1)[..., -1:], np.float32)
