"""BATCH_MATMUL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.attrs import BatchMatMul as BatchMatMulAttrs
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    count_reason,
    data_reason,
    has_absent,
    present,
    shift_reason,
)
from mcu_toolkit.graph.ops.broadcast import aligned, broadcast_shape
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    RANGES,
    Int32,
    multiply_wide,
    quantize_multiplier,
    quantize_multipliers,
    reduced_multiplier,
    requantize,
    scale_of,
    zero_point_of,
)


@dataclass(frozen=True)
class Products:
    """A prepared BATCH_MATMUL.

    Attributes:
        batch: dimensions before the matrices, broadcast.
        rows, depth, columns: each product is [rows, depth] x [depth, columns].
        multiplier, shift: of a sum; where `wide`, those of `multiply_wide`.
        wide: int16, with sums of 64 bits.
    """

    batch: Shape
    rows: int
    depth: int
    columns: int
    multiplier: int
    shift: int
    wide: bool


def _shapes(graph: Graph, node: Node) -> tuple[Shape, Shape]:
    """Shapes of both inputs with their last dimensions exchanged where the attributes say so."""
    assert isinstance(node.attrs, BatchMatMulAttrs)
    a, b = (graph.tensors[index].shape for index in node.inputs)
    return (
        (*a[:-2], a[-1], a[-2]) if node.attrs.adj_x else a,
        (*b[:-2], b[-1], b[-2]) if node.attrs.adj_y else b,
    )


def _real(graph: Graph, node: Node) -> float:
    a, b, out = (scale_of(graph.tensors[index]) for index in (*node.inputs, *node.outputs))
    return a * b / out


def prepare(graph: Graph, node: Node) -> Products:
    """Sizes and factor; `check` has passed."""
    a, b = _shapes(graph, node)
    batch = broadcast_shape(a[:-2], b[:-2])
    assert batch is not None
    wide = graph.tensors[node.outputs[0]].dtype is DType.INT16
    multipliers: tuple[Int32, Int32] = quantize_multipliers(np.array([_real(graph, node)]))
    if wide:
        multipliers = reduced_multiplier(*multipliers)
    multiplier, shift = (int(each[0]) for each in multipliers)
    return Products(batch, a[-2], a[-1], b[-1], multiplier, shift, wide)


def _read_options(o: Options) -> BatchMatMulAttrs:
    return BatchMatMulAttrs(adj_x=o.flag(0), adj_y=o.flag(1))


class BatchMatMul(Operator):
    """BATCH_MATMUL: products of matrices, whose batches broadcast."""

    name = "BATCH_MATMUL"
    options = OptionsFormat(101, _read_options)
    forms = "int8, or int16 with zero point 0, 2 to 5 dimensions, either input may be constant; adj_x and adj_y"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, BatchMatMulAttrs):
            return "no attributes"
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        a, b, out = (graph.tensors[index] for index in (*node.inputs, *node.outputs))
        reason = data_reason(a, "the first input", (DType.INT8, DType.INT16))
        reason = reason or data_reason(b, "the second input", (a.dtype,)) or data_reason(out, "the output", (a.dtype,))
        if reason:
            return reason
        if a.dtype is DType.INT16 and any(zero_point_of(tensor) for tensor in (a, b, out)):
            return "int16 with a zero point other than 0; supported: symmetric int16"
        if not all(2 <= len(tensor.shape) <= 5 for tensor in (a, b)):
            return f"inputs of {len(a.shape)} and {len(b.shape)} dimensions"
        left, right = _shapes(graph, node)
        if left[-1] != right[-2] or broadcast_shape(left[:-2], right[:-2]) is None:
            return f"matrices {list(left)} and {list(right)} do not fit"
        if a.dtype is DType.INT16 and quantize_multiplier(_real(graph, node)).shift > 7:
            return "scales that give a factor above 2^7"
        return shift_reason(_real(graph, node))

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        p = prepare(graph, node)
        return ((*p.batch, p.rows, p.columns),)

    def macs(self, graph: Graph, node: Node) -> int:
        p = prepare(graph, node)
        return int(np.prod(p.batch, dtype=np.int64)) * p.rows * p.depth * p.columns

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        assert isinstance(node.attrs, BatchMatMulAttrs)
        p, out = prepare(graph, node), graph.tensors[node.outputs[0]]
        a = present(inputs[0]).astype(np.int64) - zero_point_of(graph.tensors[node.inputs[0]])
        b = present(inputs[1]).astype(np.int64) - zero_point_of(graph.tensors[node.inputs[1]])
        a = np.swapaxes(a, -1, -2) if node.attrs.adj_x else a
        b = np.swapaxes(b, -1, -2) if node.attrs.adj_y else b
        left, right = aligned((a, b))
        total = np.matmul(left, right)
        if p.wide:
            result = np.clip(multiply_wide(total, p.multiplier, p.shift), *RANGES[out.dtype])
        else:
            result = requantize(total, p.multiplier, p.shift, zero_point_of(out), *RANGES[out.dtype])
        return [result.astype(out.dtype.numpy)]


OPERATORS.add(BatchMatMul.name, BatchMatMul())
