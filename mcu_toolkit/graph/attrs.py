"""Typed attributes of the operators, with the names of the .tflite schema. All are frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Activation(str, Enum):
    """Fused activation."""

    NONE = "NONE"
    RELU = "RELU"
    RELU_N1_TO_1 = "RELU_N1_TO_1"
    RELU6 = "RELU6"
    TANH = "TANH"


class Padding(str, Enum):
    """TFLite padding scheme. EXPLICIT is not in the schema: passes make it, for example when they fold a PAD."""

    SAME = "SAME"
    VALID = "VALID"
    EXPLICIT = "EXPLICIT"


@dataclass(frozen=True)
class Attrs:
    """Base of all attributes; by itself, those of an operator that has none."""


@dataclass(frozen=True)
class Activated(Attrs):
    """Attributes with a fused activation that limits the output."""

    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class Window(Activated):
    """Attributes of a sliding window.

    `pad` is (top, bottom, left, right) in pixels, used with `Padding.EXPLICIT` only.
    """

    padding: Padding = Padding.VALID
    stride_h: int = 1
    stride_w: int = 1
    pad: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class Conv2D(Window):
    """CONV_2D."""

    dilation_h: int = 1
    dilation_w: int = 1


@dataclass(frozen=True)
class DepthwiseConv2D(Window):
    """DEPTHWISE_CONV_2D."""

    dilation_h: int = 1
    dilation_w: int = 1
    depth_multiplier: int = 1


@dataclass(frozen=True)
class Pool2D(Window):
    """AVERAGE_POOL_2D and MAX_POOL_2D."""

    filter_h: int = 1
    filter_w: int = 1


@dataclass(frozen=True)
class TransposeConv(Window):
    """TRANSPOSE_CONV."""


@dataclass(frozen=True)
class FullyConnected(Activated):
    """FULLY_CONNECTED."""

    keep_num_dims: bool = False


@dataclass(frozen=True)
class Arithmetic(Activated):
    """ADD, SUB, MUL."""


@dataclass(frozen=True)
class Reduce(Attrs):
    """MEAN and SUM; the axes are the second input."""

    keep_dims: bool = False


@dataclass(frozen=True)
class Softmax(Attrs):
    """SOFTMAX."""

    beta: float = 1.0


@dataclass(frozen=True)
class Squeeze(Attrs):
    """SQUEEZE."""

    squeeze_dims: tuple[int, ...] = ()


@dataclass(frozen=True)
class Concatenation(Attrs):
    """CONCATENATION."""

    axis: int = 0
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class Split(Attrs):
    """SPLIT and SPLIT_V; the axis is an input."""

    num_splits: int = 1


@dataclass(frozen=True)
class StridedSlice(Attrs):
    """STRIDED_SLICE; begin, end and strides are inputs 1 to 3."""

    begin_mask: int = 0
    end_mask: int = 0
    ellipsis_mask: int = 0
    new_axis_mask: int = 0
    shrink_axis_mask: int = 0
    offset: bool = False


@dataclass(frozen=True)
class Resize(Attrs):
    """RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR; the size is the second input."""

    align_corners: bool = False
    half_pixel_centers: bool = False


@dataclass(frozen=True)
class LeakyRelu(Attrs):
    """LEAKY_RELU."""

    alpha: float = 0.0


@dataclass(frozen=True)
class Elu(Attrs):
    """ELU; `through_float`: it stands for DEQUANTIZE, a float32 ELU and QUANTIZE."""

    through_float: bool = False


@dataclass(frozen=True)
class FloatFunction(Attrs):
    """A function of one real number; `through_float`: it stands for DEQUANTIZE, the function in float32, and QUANTIZE.

    `approximate`: GELU by tanh.
    """

    through_float: bool = False
    approximate: bool = False


@dataclass(frozen=True)
class Cumsum(Attrs):
    """CUMSUM; the axis is the second input."""

    exclusive: bool = False
    reverse: bool = False


@dataclass(frozen=True)
class BatchMatMul(Attrs):
    """BATCH_MATMUL; whether the last two dimensions of each input are exchanged."""

    adj_x: bool = False
    adj_y: bool = False


@dataclass(frozen=True)
class ArgMax(Attrs):
    """ARG_MAX and ARG_MIN; the axis is the second input."""

    output_int64: bool = False


@dataclass(frozen=True)
class Pack(Attrs):
    """PACK."""

    axis: int = 0


@dataclass(frozen=True)
class Unpack(Attrs):
    """UNPACK."""

    axis: int = 0


@dataclass(frozen=True)
class Block(Attrs):
    """SPACE_TO_DEPTH and DEPTH_TO_SPACE: side of a block of pixels."""

    size: int = 1


@dataclass(frozen=True)
class MirrorPad(Attrs):
    """MIRROR_PAD; `symmetric`: the edge is repeated."""

    symmetric: bool = False


@dataclass(frozen=True)
class Gather(Attrs):
    """GATHER."""

    axis: int = 0
    batch_dims: int = 0


@dataclass(frozen=True)
class Svdf(Attrs):
    """SVDF."""

    rank: int = 1
    activation: Activation = Activation.NONE


@dataclass(frozen=True)
class Lstm(Attrs):
    """UNIDIRECTIONAL_SEQUENCE_LSTM; `hidden_scale` is the scale of output gate x tanh(cell), 0 where unknown."""

    activation: Activation = Activation.TANH
    cell_clip: float = 0.0
    proj_clip: float = 0.0
    time_major: bool = False
    hidden_scale: float = 0.0
    hidden_zero_point: int = 0


@dataclass(frozen=True)
class Variable(Attrs):
    """VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, CALL_ONCE."""

    name: str = ""
    subgraph: int = -1
