"""What every operator provides, and helpers that their checks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.requantize import quantize_multiplier

Shape = tuple[int, ...]
Inputs = Sequence["Array | None"]

#: Products of two scales below this fit float32, in which the reference multiplies some of them.
MAX_SCALE = 2.0**60

#: The largest rank that any operator here takes.
MAX_RANK = 6


class Operator(ABC):
    """The meaning of one operator. Instances have no state.

    `check` is total: it takes any node that the reader lets through. The other methods may assume that `check`
    returned None.
    """

    #: TFLite builtin name.
    name: ClassVar[str]

    #: The supported forms in a few words, for messages and docs/operators.md.
    forms: ClassVar[str]

    #: What a user should know beside the forms, for docs/operators.md; often nothing.
    note: ClassVar[str] = ""

    @abstractmethod
    def check(self, graph: Graph, node: Node) -> str | None:
        """Why this form is unsupported, in words for the user, or None."""

    @abstractmethod
    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        """Shapes of the outputs."""

    def macs(self, graph: Graph, node: Node) -> int:
        """Multiply-accumulates of one inference, padding counted as work."""
        return 0

    def state_inputs(self, node: Node) -> tuple[int, ...]:
        """Positions in ``node.inputs`` of the variables that the operator also writes."""
        return ()

    def table(self, graph: Graph, node: Node) -> Array | None:
        """Results for every value of the first input, where the node maps each byte to a byte by itself.

        Returns:
            int8 or uint8 [256], as the output is; entry 0 belongs to the least input value (-128 of an int8 input,
            0 of a uint8 input). None where the node is no function of one byte. `check` has passed.
        """
        return None

    @abstractmethod
    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        """The exact integer meaning, over many samples at once.

        Args:
            inputs: one array an input, None for an absent one; each [n, *shape], where n is the number of
                samples, or 1 for what all samples share. At least one is not shared, or n is 1 throughout.

        Returns:
            One array an output, [n, *shape] in the tensor's dtype, then the new value of each of `state_inputs`.
        """

    def evaluate(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        """`compute` for one sample, without the axis of samples."""
        lifted = [None if array is None else array[np.newaxis] for array in inputs]
        return [array[0] for array in self.compute(graph, node, lifted)]


def count_reason(node: Node, inputs: tuple[int, ...], outputs: int = 1) -> str | None:
    """Reason when the numbers of tensors are wrong; `inputs` lists the numbers allowed."""
    if len(node.inputs) not in inputs or len(node.outputs) != outputs:
        wanted = " or ".join(str(n) for n in inputs)
        return (
            f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected {wanted} inputs and {outputs} outputs"
        )
    return None


def data_reason(tensor: Tensor | None, role: str, dtypes: tuple[DType, ...] = (DType.INT8,)) -> str | None:
    """Reason when a tensor is not quantized data of one of the types, per tensor, with elements."""
    if tensor is None:
        return f"{role} is left out"
    if tensor.dtype not in dtypes:
        wanted = " or ".join(d.value for d in dtypes)
        return f"{role} is {tensor.type_name or tensor.dtype.value}; supported: {wanted}"
    if tensor.dtype is not DType.FLOAT32 and (
        tensor.quant is None or tensor.quant.per_channel or not 0 < tensor.quant.scale[0] < MAX_SCALE
    ):
        return f"{role} has no per-tensor quantization with a positive scale"
    if tensor.elements == 0 or len(tensor.shape) > MAX_RANK:
        return f"{role} has shape {list(tensor.shape)}; supported: no empty dimension, at most {MAX_RANK} dimensions"
    return None


def const_ints(graph: Graph, node: Node, position: int) -> tuple[int, ...] | None:
    """The contents of a small constant int32 or int64 input, flattened; None where it is not one."""
    tensor = graph.input_tensor(node, position)
    if tensor is None or tensor.data is None or tensor.dtype not in (DType.INT32, DType.INT64):
        return None
    if tensor.elements > 2 * MAX_RANK:
        return None
    return tuple(int(v) for v in tensor.data.reshape(-1))


def same_quant(a: Tensor, b: Tensor) -> bool:
    """Whether two quantized tensors have the very same scale and zero point."""
    if a.quant is None or b.quant is None:
        return a.quant is b.quant
    return bool(a.quant.scale[0] == b.quant.scale[0] and a.quant.zero_point[0] == b.quant.zero_point[0])


def first(*reasons: str | None) -> str | None:
    """The first reason that is one."""
    return next((reason for reason in reasons if reason is not None), None)


def shift_reason(real: float, what: str = "scales") -> str | None:
    """Reason when a real factor cannot be a Q31 multiplier with a shift of at most 30."""
    if not np.isfinite(real) or quantize_multiplier(real).shift > 30:
        return f"the {what} give a factor of {real:g}, which is too large for 32-bit arithmetic"
    return None


def present(array: Array | None) -> Array:
    """An input that `check` has made sure of."""
    assert array is not None
    return array


def tensors_of(graph: Graph, node: Node) -> tuple[Tensor, Tensor]:
    """First input and first output of a node whose `check` has passed."""
    return graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]


def has_absent(node: Node) -> str | None:
    """Reason when an input that is not optional is left out."""
    return "an input is left out" if ABSENT in node.inputs else None
