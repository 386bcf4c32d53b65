"""Registry of the operators."""

from __future__ import annotations

from collections.abc import Mapping

from mcu_toolkit.graph.ops.add import Add
from mcu_toolkit.graph.ops.average_pool_2d import AveragePool2D
from mcu_toolkit.graph.ops.base import Operator
from mcu_toolkit.graph.ops.conv_2d import Conv2D
from mcu_toolkit.graph.ops.depthwise_conv_2d import DepthwiseConv2D
from mcu_toolkit.graph.ops.fully_connected import FullyConnected
from mcu_toolkit.graph.ops.max_pool_2d import MaxPool2D
from mcu_toolkit.graph.ops.mean import Mean
from mcu_toolkit.graph.ops.pad import Pad, PadV2
from mcu_toolkit.graph.ops.quantize import Quantize
from mcu_toolkit.graph.ops.reshape import ExpandDims, Reshape, Squeeze
from mcu_toolkit.graph.ops.softmax import Softmax

_ALL: tuple[type[Operator], ...] = (
    Add,
    AveragePool2D,
    Conv2D,
    DepthwiseConv2D,
    ExpandDims,
    FullyConnected,
    MaxPool2D,
    Mean,
    Pad,
    PadV2,
    Quantize,
    Reshape,
    Softmax,
    Squeeze,
)

#: TFLite builtin name → operator.
OPERATORS: Mapping[str, Operator] = {kind.name: kind() for kind in _ALL}


def operator(name: str) -> Operator | None:
    """The operator of a TFLite builtin name, None where it is not supported."""
    return OPERATORS.get(name)
