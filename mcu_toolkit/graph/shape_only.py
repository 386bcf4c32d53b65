"""Operators that occur in shape arithmetic only: the reader folds them away, and none of them is compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.attrs import Gather, Pack
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import Integers
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.registry import Registry

#: Result on the values of the inputs; None where it is not defined. It may raise what `Operator.shape_value` may.
ShapeValue = Callable[[Graph, Node, Sequence[Integers]], "Integers | None"]


@dataclass(frozen=True)
class ShapeOnly:
    """One operator of shape arithmetic.

    Attributes:
        value: its result.
        options: how the file stores its attributes; None for an operator that has none that matter.
        reads_values: False where the result depends on the shapes of the inputs alone.
    """

    value: ShapeValue
    options: OptionsFormat | None = None
    reads_values: bool = True


#: Operator name → meaning.
SHAPE_ONLY: Registry[ShapeOnly] = Registry("operator of shape arithmetic")


def _shape(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
    return np.asarray(graph.tensors[node.inputs[0]].shape, np.int64)


def _rank(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
    return np.asarray(len(graph.tensors[node.inputs[0]].shape), np.int64)


def _read_pack(options: Options) -> Pack:
    return Pack(axis=options.i32(1))


def _pack(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
    return np.stack(inputs, axis=node.attrs.axis) if isinstance(node.attrs, Pack) else None


def _read_gather(options: Options) -> Gather:
    return Gather(axis=options.i32(0), batch_dims=options.i32(1))


def _gather(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
    if not isinstance(node.attrs, Gather) or node.attrs.batch_dims or len(inputs) != 2 or (inputs[1] < 0).any():
        return None
    return np.take(inputs[0], inputs[1], axis=node.attrs.axis)


def _cast(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
    return inputs[0]


def _floor_div(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
    return np.floor_divide(inputs[0], inputs[1])


def _product(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
    if inputs[0].ndim != 1:
        return None
    return np.asarray(np.prod(inputs[0], dtype=np.int64)).reshape(graph.tensors[node.outputs[0]].shape)


def _negative(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
    return -inputs[0]


SHAPE_ONLY.add("CAST", ShapeOnly(_cast))
SHAPE_ONLY.add("FLOOR_DIV", ShapeOnly(_floor_div))
SHAPE_ONLY.add("GATHER", ShapeOnly(_gather, OptionsFormat(23, _read_gather)))
SHAPE_ONLY.add("NEG", ShapeOnly(_negative))
SHAPE_ONLY.add("PACK", ShapeOnly(_pack, OptionsFormat(59, _read_pack)))
SHAPE_ONLY.add("RANK", ShapeOnly(_rank, reads_values=False))
SHAPE_ONLY.add("REDUCE_PROD", ShapeOnly(_product))
SHAPE_ONLY.add("SHAPE", ShapeOnly(_shape, reads_values=False))
