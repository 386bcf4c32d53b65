"""From an operator's options table in a .tflite file to its typed attributes; field ids are the schema's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from mcu_toolkit.errors import ModelError, Unsupported, UnsupportedError
from mcu_toolkit.graph import attrs as a
from mcu_toolkit.graph.flatbuf import Table

_ACTIVATIONS = (
    a.Activation.NONE,
    a.Activation.RELU,
    a.Activation.RELU_N1_TO_1,
    a.Activation.RELU6,
    a.Activation.TANH,
)
_PADDINGS = (a.Padding.SAME, a.Padding.VALID)
_INT64 = 4  # TensorType
_MAX_RANK = 8


@dataclass(frozen=True)
class Options:
    """An options table that may be left out, in which case every field has the schema's default."""

    table: Table | None
    op: str
    node: int

    def i32(self, field: int, default: int = 0) -> int:
        """A signed 32-bit field."""
        return self.table.i32(field, default) if self.table else default

    def i8(self, field: int) -> int:
        """A signed byte field."""
        return self.table.i8(field) if self.table else 0

    def flag(self, field: int) -> bool:
        """A bool field."""
        return self.table.flag(field) if self.table else False

    def finite(self, field: int) -> float:
        """A float32 field.

        Raises:
            ModelError: not a finite number.
        """
        value = self.table.f32(field) if self.table else 0.0
        if not math.isfinite(value):
            raise ModelError(
                f"node {self.node} ({self.op}) has an attribute that is not a finite number",
                node=self.node,
                offset=self.table.offset if self.table else None,
                received=str(value),
            )
        return value

    def activation(self, field: int) -> a.Activation:
        """A fused activation."""
        number = self.i8(field)
        if not 0 <= number < len(_ACTIVATIONS):
            raise UnsupportedError((Unsupported(self.node, self.op, f"fused activation number {number}"),))
        return _ACTIVATIONS[number]

    def padding(self, field: int) -> a.Padding:
        """A padding scheme."""
        number = self.i8(field)
        if not 0 <= number < len(_PADDINGS):
            raise ModelError(
                f"node {self.node} ({self.op}) has an unknown padding scheme",
                node=self.node,
                expected="0 (SAME) or 1 (VALID)",
                received=str(number),
            )
        return _PADDINGS[number]


def _conv(o: Options) -> a.Attrs:
    return a.Conv2D(
        padding=o.padding(0),
        stride_w=o.i32(1),
        stride_h=o.i32(2),
        activation=o.activation(3),
        dilation_w=o.i32(4, 1),
        dilation_h=o.i32(5, 1),
    )


def _depthwise(o: Options) -> a.Attrs:
    return a.DepthwiseConv2D(
        padding=o.padding(0),
        stride_w=o.i32(1),
        stride_h=o.i32(2),
        depth_multiplier=o.i32(3),
        activation=o.activation(4),
        dilation_w=o.i32(5, 1),
        dilation_h=o.i32(6, 1),
    )


def _pool(o: Options) -> a.Attrs:
    return a.Pool2D(
        padding=o.padding(0),
        stride_w=o.i32(1),
        stride_h=o.i32(2),
        filter_w=o.i32(3),
        filter_h=o.i32(4),
        activation=o.activation(5),
    )


def _transpose_conv(o: Options) -> a.Attrs:
    return a.TransposeConv(padding=o.padding(0), stride_w=o.i32(1), stride_h=o.i32(2), activation=o.activation(3))


def _fully_connected(o: Options) -> a.Attrs:
    layout = o.i8(1)
    if layout != 0:
        raise UnsupportedError((Unsupported(o.node, o.op, f"weights format {layout}; only the default is"),))
    return a.FullyConnected(activation=o.activation(0), keep_num_dims=o.flag(2))


def _strided_slice(o: Options) -> a.Attrs:
    return a.StridedSlice(
        begin_mask=o.i32(0),
        end_mask=o.i32(1),
        ellipsis_mask=o.i32(2),
        new_axis_mask=o.i32(3),
        shrink_axis_mask=o.i32(4),
        offset=o.flag(5),
    )


def _lstm(o: Options) -> a.Attrs:
    return a.Lstm(
        activation=o.activation(0),
        cell_clip=o.finite(1),
        proj_clip=o.finite(2),
        time_major=o.flag(3),
    )


def _squeeze(o: Options) -> a.Attrs:
    return a.Squeeze(o.table.ints(0, _MAX_RANK) if o.table else ())


def _var_handle(o: Options) -> a.Attrs:
    return a.Variable(name=o.table.text(1, 256) if o.table else "")


#: Operator → (number of its options type in the schema's union, parser). Others have none that matter.
_PARSERS: dict[str, tuple[int, Callable[[Options], a.Attrs]]] = {
    "CONV_2D": (1, _conv),
    "DEPTHWISE_CONV_2D": (2, _depthwise),
    "AVERAGE_POOL_2D": (5, _pool),
    "MAX_POOL_2D": (5, _pool),
    "SVDF": (6, lambda o: a.Svdf(rank=o.i32(0), activation=o.activation(1))),
    "FULLY_CONNECTED": (8, _fully_connected),
    "SOFTMAX": (9, lambda o: a.Softmax(beta=o.finite(0))),
    "CONCATENATION": (10, lambda o: a.Concatenation(axis=o.i32(0), activation=o.activation(1))),
    "ADD": (11, lambda o: a.Arithmetic(o.activation(0))),
    "RESIZE_BILINEAR": (15, lambda o: a.Resize(o.flag(2), o.flag(3))),
    "MUL": (21, lambda o: a.Arithmetic(o.activation(0))),
    "GATHER": (23, lambda o: a.Gather(axis=o.i32(0), batch_dims=o.i32(1))),
    "MEAN": (27, lambda o: a.Reduce(keep_dims=o.flag(0))),
    "SUM": (27, lambda o: a.Reduce(keep_dims=o.flag(0))),
    "SUB": (28, lambda o: a.Arithmetic(o.activation(0))),
    "SQUEEZE": (30, _squeeze),
    "STRIDED_SLICE": (32, _strided_slice),
    "SPLIT": (35, lambda o: a.Split(num_splits=o.i32(0))),
    "ARG_MAX": (40, lambda o: a.ArgMax(output_int64=o.i8(0) == _INT64)),
    "TRANSPOSE_CONV": (49, _transpose_conv),
    "PACK": (59, lambda o: a.Pack(axis=o.i32(1))),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (71, _lstm),
    "RESIZE_NEAREST_NEIGHBOR": (74, lambda o: a.Resize(o.flag(0), o.flag(1))),
    "LEAKY_RELU": (75, lambda o: a.LeakyRelu(alpha=o.finite(0))),
    "CALL_ONCE": (103, lambda o: a.Variable(subgraph=o.i32(0))),
    "VAR_HANDLE": (111, _var_handle),
}


def read_attrs(operator: Table, op: str, node: int) -> a.Attrs:
    """Attributes of an operator.

    Args:
        operator: its Operator table.
        op: builtin name.
        node: index, for messages.

    Raises:
        ModelError: the options are of another operator, or damaged.
        UnsupportedError: an attribute value that nothing here supports.
    """
    entry = _PARSERS.get(op)
    if entry is None:
        return a.Attrs()
    kind, parse = entry
    found = operator.u8(3)
    if found not in (0, kind):
        raise ModelError(
            f"node {node} ({op}) carries the options of another operator",
            node=node,
            offset=operator.offset,
            expected=f"options type {kind}",
            received=str(found),
        )
    return parse(Options(operator.table(4) if found else None, op, node))
