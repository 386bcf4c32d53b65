"""Inputs or outputs of a model as one block of bytes per sample: tensor after tensor, in memory order, little-endian.

The link, the generated C on the host, and the comparison of outputs all carry tensors in this form.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.ir import Array, Tensor

#: uint8 [N, bytes]: one row per sample.
Block = npt.NDArray[np.uint8]


def sample_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one sample of a tensor: a batch dimension of 1 becomes part of the axis of samples."""
    return shape[1:] if shape and shape[0] == 1 else shape


def join(arrays: Sequence[Array]) -> Block:
    """One row per sample from one array [N, ...] per tensor.

    Raises:
        ValueError: there is no array, or their numbers of samples differ.
    """
    rows = [np.ascontiguousarray(array).reshape(len(array), -1).view(np.uint8) for array in arrays]
    return np.concatenate(rows, axis=1)


def split(tensors: Sequence[Tensor], block: Block) -> list[Array]:
    """The inverse of `join`: one array [N, *shape] per tensor, a batch dimension of 1 merged with N.

    Args:
        tensors: whose bytes a row holds, in order.
        block: uint8 [N, sum of the tensors' bytes].
    """
    arrays: list[Array] = []
    at = 0
    for tensor in tensors:
        part = np.ascontiguousarray(block[:, at : at + tensor.bytes]).view(tensor.dtype.numpy)
        arrays.append(part.reshape(len(block), *sample_shape(tensor.shape)))
        at += tensor.bytes
    return arrays
