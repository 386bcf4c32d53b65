"""Checks of the operators that only move elements."""

from __future__ import annotations

from mcu_toolkit.graph.ir import DType, Graph, Tensor

#: Element types that can be moved.
MOVABLE = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.FLOAT32)
MOVABLE_NAMES = "int8, uint8, int16, int32 or float32"

#: Number of nested loops of the C kernels.
MAX_MOVE_RANK = 5


def in_a_row(graph: Graph, tensors: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """(tensor index, offset in bytes) of tensors that lie one after another."""
    placed, at = [], 0
    for index in tensors:
        placed.append((index, at))
        at += graph.tensors[index].bytes
    return tuple(placed)


def move_reason(data: Tensor, *others: Tensor) -> str | None:
    """Reason when elements cannot be moved between tensors: other types, an empty tensor, too many dimensions."""
    for tensor in (data, *others):
        if tensor.dtype is not data.dtype or tensor.dtype not in MOVABLE:
            kinds = ", ".join(dict.fromkeys(t.type_name or t.dtype.value for t in (data, *others)))
            return f"element types {kinds}; supported: one of {MOVABLE_NAMES}"
        if tensor.elements == 0 or len(tensor.shape) > MAX_MOVE_RANK:
            return f"a tensor of shape {list(tensor.shape)}; supported: not empty, at most {MAX_MOVE_RANK} dimensions"
    return None
