"""Constants of type INT4: two per byte in the file, held as int8, as TensorFlow Lite Micro unpacks them.

Only operators with the trait `Operator.int4_weights` read them, as their weights. The compiler stores such weights in
few bits again (`mcu_toolkit.compiler.fewbit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.ir import Array, DType, Node, Tensor
from mcu_toolkit.graph.ops import operator

#: `Tensor.type_name` of such a constant.
INT4 = "INT4"
#: Input position of the weights of the operators that read them.
_WEIGHTS = 1


def unpacked(raw: Array, elements: int) -> npt.NDArray[np.int8]:
    """int8 [elements] from ``ceil(elements / 2)`` bytes; the first of two is in the low bits."""
    codes = raw.view(np.uint8)
    halves = np.stack([codes & 0xF, codes >> 4], axis=1).reshape(-1)[:elements].astype(np.int8)
    values: npt.NDArray[np.int8] = (halves ^ np.int8(8)) - np.int8(8)
    values.setflags(write=False)
    return values


def weights_as_int8(tensors: Sequence[Tensor], nodes: Sequence[Node]) -> tuple[Tensor, ...]:
    """The tensors with INT4 constants as int8 where only operators that take such weights read them.

    Args:
        tensors: those of type INT4 are OPAQUE; constants among them have int8 data.
        nodes: all nodes of the subgraph.
    """
    elsewhere = {index for node in nodes for position, index in enumerate(node.inputs) if not _takes(node.op, position)}
    return tuple(
        replace(tensor, dtype=DType.INT8)
        if tensor.type_name == INT4 and tensor.data is not None and index not in elsewhere
        else tensor
        for index, tensor in enumerate(tensors)
    )


def _takes(name: str, position: int) -> bool:
    meaning = operator(name)
    return position == _WEIGHTS and meaning is not None and meaning.int4_weights
