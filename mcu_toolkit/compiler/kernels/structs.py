"""C structs that the parameter structs of several convolution kernels embed (firmware/kernels/mcutk_types.h)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, StructValue
from mcu_toolkit.compiler.layer import ConvLayer

#: Fields of ``mcutk_conv_shape``, which `ConvLayer` has under the same names.
_CONV = (
    "in_h", "in_w", "in_c", "out_h", "out_w", "out_c", "kernel_h", "kernel_w", "stride_h", "stride_w",
    "dilation_h", "dilation_w", "pad_top", "pad_left", "in_zero_point", "out_zero_point", "act_min", "act_max",
)  # fmt: skip


def conv_shape(layer: ConvLayer) -> StructValue:
    """``mcutk_conv_shape`` of a layer."""
    return _fields(layer, _CONV)


def depthwise_shape(layer: ConvLayer) -> StructValue:
    """``mcutk_depthwise_shape`` of a layer with depth multiplier 1 and without dilation."""
    before = _fields(layer, ("in_h", "in_w", "out_h", "out_w"))
    rest = tuple(name for name in _CONV[6:] if not name.startswith("dilation"))
    return StructValue((*before.fields, ("channels", layer.in_c), *_fields(layer, rest).fields))


def fc_shape(layer: ConvLayer) -> StructValue:
    """``mcutk_fc_shape`` of a fully connected layer."""
    rest = _fields(layer, ("in_c", "out_c", "out_zero_point", "act_min", "act_max"))
    return StructValue((("rows", layer.out_h * layer.out_w), *rest.fields))


def channel_table(layer: ConvLayer) -> ConstArray:
    """Plain ``mcutk_channel [out_c]``: int32 [out_c, 3] of bias, multiplier, shift."""
    rows = np.stack([layer.bias, layer.multiplier, layer.shift], axis=1).astype(np.int32)
    return ConstArray("channels", "mcutk_channel", rows, layout="bias, multiplier, shift")


def _fields(layer: ConvLayer, names: Sequence[str]) -> StructValue:
    return StructValue(tuple((name, int(getattr(layer, name))) for name in names))
