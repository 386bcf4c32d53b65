"""Base class of all operators: what each must define, the traits that passes ask, and helpers of their checks.

To add an operator, write one module in this package (or anywhere else) that ends with ``OPERATORS.add(NAME, Kind())``.
Passes, the reader, the oracle and the reports know operators only through this class.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Activation, Attrs
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.options import OptionsFormat
from mcu_toolkit.graph.requantize import quantize_multiplier

if TYPE_CHECKING:
    from mcu_toolkit.graph.ops.linear import Linear

Shape = tuple[int, ...]
Inputs = Sequence["Array | None"]
Integers = npt.NDArray[np.int64]

#: Products of two scales below this fit float32, in which the reference multiplies some of them.
MAX_SCALE = 2.0**60

#: The largest rank that any operator takes.
MAX_RANK = 6


class Channels(Enum):
    """How the channels (last axis) of a node's output depend on the channels of its data inputs.

    Attributes:
        MIXED: in no way that a pass can use.
        SAME: channel c depends on channel c of each data input that is not constant, and on no other channel.
        TILED: the same bytes under another shape; channel c of the tensor with more channels is channel c modulo the
            other tensor's number of channels.
        DEPTHWISE: channel c depends on channel c // depth multiplier; the weights' last axis is the output's channels.
        DENSE: channel c depends on all input channels; the weights are [out_c, ..., in_c or a multiple of it].
    """

    MIXED = "mixed"
    SAME = "same"
    TILED = "tiled"
    DEPTHWISE = "depthwise"
    DENSE = "dense"


@dataclass(frozen=True)
class Border:
    """What a padding operator puts around its first input.

    Attributes:
        amounts: (before, after) of each dimension, in elements.
        value: of the added elements, in the output's quantization.
    """

    amounts: tuple[tuple[int, int], ...]
    value: int


@dataclass(frozen=True)
class Pieces:
    """Tensors of a node that are contiguous parts of another of its tensors.

    Attributes:
        whole: index of the tensor that holds the others.
        pieces: (tensor index, offset in bytes from the start of `whole`).
        joined: the pieces are the inputs and the whole is the output; otherwise the whole is an input.
    """

    whole: int
    pieces: tuple[tuple[int, int], ...]
    joined: bool = False


@dataclass(frozen=True, eq=False)
class Places:
    """Where the elements of a node's outputs come from.

    Attributes:
        source: index of the tensor that holds them.
        outputs: int64 [elements] per output: number of the source's element at each of its elements; -1 for an element
            that is the zero point of the output instead.
    """

    source: int
    outputs: tuple[Integers, ...]


class Operator(ABC):
    """The meaning of one operator. Instances have no state.

    `check` is total: it takes any node that the reader lets through. All other methods may assume that `check`
    returned None.

    The class attributes from `elementwise` on, and the methods from `channels` on, are traits: properties that passes
    ask instead of naming operators. The default of each is always correct and only prevents optimizations.
    """

    #: Name of the operator in the IR: that of the schema's builtin operator, or of a CUSTOM operator in the file.
    name: ClassVar[str]

    #: The supported forms in a few words, for messages and docs/operators.md.
    forms: ClassVar[str]

    #: What a user should know in addition to the forms, for docs/operators.md; often empty.
    note: ClassVar[str] = ""

    #: How the file stores its attributes; None for an operator that has none that matter.
    options: ClassVar[OptionsFormat | None] = None

    #: The file names it by a CUSTOM operator code; a builtin operator of the same name is another operator.
    custom: ClassVar[bool] = False

    #: Number of data inputs (the first ones) of an elementwise operator, 0 for other operators. Each output element is
    #: the same function of the input elements at its position, inputs being broadcast to the output's shape.
    elementwise: ClassVar[int] = 0

    #: The output is the bytes of the first input under another shape, which the graph states. No other input is read.
    view: ClassVar[bool] = False

    #: The fused activation that has the same meaning where input and output have one quantization.
    clamp: ClassVar[Activation | None] = None

    #: A clamp that follows can be fused: the attributes are `Activated`.
    fuses_activation: ClassVar[bool] = False

    #: The second input may be a constant of type INT4 where the first is int8.
    int4_weights: ClassVar[bool] = False

    #: Average or maximum pooling: an output element lies between the least and the greatest input of its window, and is
    #: then limited by the activation of the attributes, which are `Activated`.
    pooling: ClassVar[bool] = False

    #: Takes `Padding.EXPLICIT` in its attributes, which are a `Window`; the border is the input's zero point.
    explicit_padding: ClassVar[bool] = False

    @abstractmethod
    def check(self, graph: Graph, node: Node) -> str | None:
        """Why this form is unsupported, in words for the user, or None."""

    @abstractmethod
    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        """Shapes of the outputs."""

    def infer_open(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        """Shapes of the outputs where the file leaves them open; () where they cannot be known. `check` may fail."""
        return self.infer(graph, node) if self.check(graph, node) is None else ()

    def macs(self, graph: Graph, node: Node) -> int:
        """Multiply-accumulates of one inference, those on padding included."""
        return 0

    def state_inputs(self, node: Node) -> tuple[int, ...]:
        """Positions in ``node.inputs`` of the variables that the operator also writes."""
        return ()

    @abstractmethod
    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        """The exact integer result, for many samples at once.

        Args:
            inputs: one array per input, None for an absent one; each [n, *shape], where n is the number of
                samples, or 1 for an input that all samples share.

        Returns:
            One array per output, [n, *shape] in the tensor's dtype, then the new value of each of `state_inputs`.
        """

    def evaluate(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        """`compute` for one sample, without the axis of samples."""
        lifted = [None if array is None else array[np.newaxis] for array in inputs]
        return [array[0] for array in self.compute(graph, node, lifted)]

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
        """The result on known integers of shape arithmetic; None where the operator does not occur in it.

        It is called before `check`, and may raise IndexError, ValueError, ZeroDivisionError or OverflowError.
        """
        return None

    def from_float(self, node: Node) -> Attrs | None:
        """Attributes with which the int8 operator stands for DEQUANTIZE, this node in float32, and QUANTIZE.

        None where the operator does not compute through float32. `check` may fail.
        """
        return None

    def channels(self, graph: Graph, node: Node) -> Channels:
        """How the output's channels depend on the inputs' channels; elementwise operators need not define it."""
        return _elementwise_channels(graph, node, self.elementwise) if self.elementwise else Channels.MIXED

    def linear(self, graph: Graph, node: Node) -> Linear | None:
        """Weights, bias and requantization of a layer over the first input; required for DEPTHWISE and DENSE."""
        return None

    def window(self, graph: Graph, node: Node) -> Geometry | None:
        """The window that slides over the first input; None where there is none."""
        return None

    def border(self, graph: Graph, node: Node) -> Border | None:
        """What a padding operator adds around its first input; None for other operators."""
        return None

    def pieces(self, graph: Graph, node: Node) -> Pieces | None:
        """Tensors of the node that are contiguous parts of another; None where there are none."""
        return None

    def places(self, graph: Graph, node: Node) -> Places | None:
        """Where the elements of the outputs come from, where the node only moves elements of one input."""
        return None

    def slots(self, graph: Graph, node: Node) -> tuple[Integers, ...] | None:
        """Numbers of the output's elements at which the elements of each of the first inputs go, int64 [elements] each.

        Only where the node joins inputs and does nothing else; a later input overwrites an earlier one.
        """
        return None

    def identity_input(self, graph: Graph, node: Node) -> int | None:
        """Position of the input that the output equals whenever both have one shape and quantization, or None."""
        return 0 if self.view else None

    def table(self, graph: Graph, node: Node) -> Array | None:
        """Results for every value of the first input, where the node maps each byte to a byte by itself.

        Returns:
            int8 or uint8 [256], as the output is; entry 0 belongs to the least input value (-128 of an int8 input,
            0 of a uint8 input). None where the node is no function of one byte.
        """
        return None


def _elementwise_channels(graph: Graph, node: Node, count: int) -> Channels:
    """SAME where each data input is an activation of the output's channels, or a constant of them or of one value."""
    out = graph.tensors[node.outputs[0]]
    if not out.shape or out.dtype is not DType.INT8:
        return Channels.MIXED
    for tensor in (graph.tensors[index] for index in node.inputs[:count]):
        one = tensor.is_const and tensor.shape[-1:] in ((), (1,))
        if tensor.variable or (tensor.shape[-1:] != out.shape[-1:] and not one):
            return Channels.MIXED
    return Channels.SAME


def count_reason(node: Node, inputs: tuple[int, ...], outputs: int = 1) -> str | None:
    """Reason when the node has a wrong number of tensors; `inputs` lists the allowed numbers of inputs."""
    if len(node.inputs) not in inputs or len(node.outputs) != outputs:
        wanted = " or ".join(str(n) for n in inputs)
        return (
            f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected {wanted} inputs and {outputs} outputs"
        )
    return None


def data_reason(tensor: Tensor | None, role: str, dtypes: tuple[DType, ...] = (DType.INT8,)) -> str | None:
    """Reason when a tensor is absent, empty, of another type than `dtypes`, or not quantized per tensor."""
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
    """Whether two quantized tensors have the same scale and zero point."""
    if a.quant is None or b.quant is None:
        return a.quant is b.quant
    return bool(a.quant.scale[0] == b.quant.scale[0] and a.quant.zero_point[0] == b.quant.zero_point[0])


def first(*reasons: str | None) -> str | None:
    """The first reason that is not None."""
    return next((reason for reason in reasons if reason is not None), None)


def shift_reason(real: float, what: str = "scales") -> str | None:
    """Reason when a real factor cannot be a Q31 multiplier with a shift of at most 30."""
    if not np.isfinite(real) or quantize_multiplier(real).shift > 30:
        return f"the {what} give a factor of {real:g}, which is too large for 32-bit arithmetic"
    return None


def present(array: Array | None) -> Array:
    """An input that is present, which `check` has verified."""
    assert array is not None
    return array


def tensors_of(graph: Graph, node: Node) -> tuple[Tensor, Tensor]:
    """First input and first output of a node whose `check` has passed."""
    return graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]


def has_absent(node: Node) -> str | None:
    """Reason when an input that is not optional is left out."""
    return "an input is left out" if ABSENT in node.inputs else None
