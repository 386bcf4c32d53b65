"""Outputs of two runtimes compared byte by byte, and the class scores among them."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.block import Block, split
from mcu_toolkit.graph.ir import DType, Tensor

#: Step of a float32 output that was dequantized from int8 probabilities.
_FLOAT_STEP = 1 / 256


def mismatching(first: Block, second: Block) -> list[int]:
    """Indices of the samples whose outputs differ in any byte.

    Args:
        first, second: uint8 [N, bytes].

    Raises:
        ValueError: the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(f"outputs of shapes {first.shape} and {second.shape} cannot be compared")
    return [int(i) for i in np.flatnonzero((first != second).any(axis=1))]


def crc32s(outputs: Block) -> tuple[str, ...]:
    """CRC-32 (zlib) of each row in eight hex digits."""
    return tuple(f"{zlib.crc32(np.ascontiguousarray(row).tobytes()):08x}" for row in outputs)


def fits_classes(output: Tensor, classes: int) -> bool:
    """Whether a model's first output has a score for each class, or is the index of one."""
    return output.elements == classes or _is_index(output)


def class_scores(output: Tensor, outputs: Block, classes: int) -> npt.NDArray[np.float64]:
    """Real scores of the classes by a model's first output; 1 and 0 where that is the index of a class.

    Args:
        output: the model's first output, which `fits_classes`.
        outputs: uint8 [N, bytes], which begin with this output.
        classes: number of classes.

    Returns:
        float64 [N, classes].
    """
    (values,) = split([output], outputs[:, : output.bytes])
    flat = values.reshape(len(outputs), -1).astype(np.float64)
    if _is_index(output):
        return np.asarray(flat == np.arange(classes), np.float64)
    scale, zero_point = output.border_quant
    return np.asarray(scale * (flat - zero_point))


def predictions(output: Tensor, outputs: Block, classes: int) -> npt.NDArray[np.int64]:
    """Index of the best class of each sample, int64 [N]; arguments as those of `class_scores`."""
    return np.asarray(class_scores(output, outputs, classes).argmax(axis=1), np.int64)


def score_step(output: Tensor) -> float:
    """Difference of two neighbouring scores."""
    return _FLOAT_STEP if output.dtype is DType.FLOAT32 else output.border_quant[0]


def _is_index(output: Tensor) -> bool:
    return output.elements == 1 and output.dtype in (DType.INT32, DType.INT64) and output.quant is None
