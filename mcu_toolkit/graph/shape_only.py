"""Operators that occur in shape arithmetic only: the reader folds them away, and none of them is compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import Integers
from mcu_toolkit.graph.options import OptionsFormat
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


def _floor_div(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
    return np.floor_divide(inputs[0], inputs[1])


def _product(graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
    if inputs[0].ndim != 1:
        return None
    return np.asarray(np.prod(inputs[0], dtype=np.int64)).reshape(graph.tensors[node.outputs[0]].shape)


SHAPE_ONLY.add("FLOOR_DIV", ShapeOnly(_floor_div))
SHAPE_ONLY.add("RANK", ShapeOnly(_rank, reads_values=False))
SHAPE_ONLY.add("REDUCE_PROD", ShapeOnly(_product))
SHAPE_ONLY.add("SHAPE", ShapeOnly(_shape, reads_values=False))
