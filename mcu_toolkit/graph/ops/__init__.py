"""Registry of the operators."""

from __future__ import annotations

from collections.abc import Mapping

from mcu_toolkit.graph.ops.add import Add, Sub
from mcu_toolkit.graph.ops.arg_max import ArgMax
from mcu_toolkit.graph.ops.average_pool_2d import AveragePool2D
from mcu_toolkit.graph.ops.base import Operator
from mcu_toolkit.graph.ops.concatenation import Concatenation
from mcu_toolkit.graph.ops.conv_2d import Conv2D
from mcu_toolkit.graph.ops.depthwise_conv_2d import DepthwiseConv2D
from mcu_toolkit.graph.ops.dequantize import Dequantize
from mcu_toolkit.graph.ops.elu import Elu
from mcu_toolkit.graph.ops.fully_connected import FullyConnected
from mcu_toolkit.graph.ops.hard_swish import HardSwish
from mcu_toolkit.graph.ops.leaky_relu import LeakyRelu
from mcu_toolkit.graph.ops.log_softmax import LogSoftmax
from mcu_toolkit.graph.ops.logistic import Logistic
from mcu_toolkit.graph.ops.lstm import UnidirectionalSequenceLstm
from mcu_toolkit.graph.ops.max_pool_2d import MaxPool2D
from mcu_toolkit.graph.ops.maximum import Maximum, Minimum
from mcu_toolkit.graph.ops.mean import Mean
from mcu_toolkit.graph.ops.mul import Mul
from mcu_toolkit.graph.ops.pad import Pad, PadV2
from mcu_toolkit.graph.ops.prelu import Prelu
from mcu_toolkit.graph.ops.quantize import Quantize
from mcu_toolkit.graph.ops.relu import Relu
from mcu_toolkit.graph.ops.relu6 import Relu6
from mcu_toolkit.graph.ops.reshape import ExpandDims, Reshape, Squeeze
from mcu_toolkit.graph.ops.resize_bilinear import ResizeBilinear
from mcu_toolkit.graph.ops.resize_nearest_neighbor import ResizeNearestNeighbor
from mcu_toolkit.graph.ops.slice import Slice
from mcu_toolkit.graph.ops.softmax import Softmax
from mcu_toolkit.graph.ops.split import Split
from mcu_toolkit.graph.ops.strided_slice import StridedSlice
from mcu_toolkit.graph.ops.sum import Sum
from mcu_toolkit.graph.ops.svdf import Svdf
from mcu_toolkit.graph.ops.tanh import Tanh
from mcu_toolkit.graph.ops.transpose import Transpose
from mcu_toolkit.graph.ops.transpose_conv import TransposeConv
from mcu_toolkit.graph.ops.variables import AssignVariable, ReadVariable

_ALL: tuple[type[Operator], ...] = (
    Add,
    ArgMax,
    AveragePool2D,
    Concatenation,
    Conv2D,
    DepthwiseConv2D,
    Dequantize,
    Elu,
    ExpandDims,
    FullyConnected,
    HardSwish,
    LeakyRelu,
    LogSoftmax,
    Logistic,
    MaxPool2D,
    Maximum,
    Mean,
    Minimum,
    Mul,
    Pad,
    PadV2,
    Prelu,
    Quantize,
    Relu,
    Relu6,
    Reshape,
    ResizeBilinear,
    ResizeNearestNeighbor,
    Slice,
    Softmax,
    Split,
    Squeeze,
    StridedSlice,
    Sub,
    Sum,
    Svdf,
    Tanh,
    UnidirectionalSequenceLstm,
    AssignVariable,
    ReadVariable,
    Transpose,
    TransposeConv,
)

#: TFLite builtin name → operator.
OPERATORS: Mapping[str, Operator] = {kind.name: kind() for kind in sorted(_ALL, key=lambda kind: kind.name)}


def operator(name: str) -> Operator | None:
    """The operator of a TFLite builtin name, None where it is not supported."""
    return OPERATORS.get(name)
