"""What a kernel variant is told about the place where it is to run.

A `ConvLayer` holds one convolution-like node (CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED) with everything
known at
compile time: geometry, weights, folded biases, requantization. A kernel variant
(`mcu_toolkit.compiler.kernels`) decides from it whether it can serve, what it costs, how weights are packed
and how much scratch it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mcu_toolkit.targets.isa import Isa
from mcu_toolkit.targets.target import Target


class ConvKind(str, Enum):
    """Which operator a layer is."""

    CONV = "conv"
    DEPTHWISE = "depthwise"
    FULLY_CONNECTED = "fully_connected"


@dataclass(frozen=True, eq=False)
class ConvLayer:
    """One convolution, depthwise convolution or fully connected layer.

    Attributes:
        kind: the operator. FULLY_CONNECTED has 1x1 geometry with ``in_c`` inputs; ``out_h * out_w`` is its
            batch.
        in_h, in_w, in_c, out_h, out_w, out_c: shapes.
        kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w: window.
        pad_top, pad_left: implicit rows and columns that read as `in_zero_point`.
        weights: int8 [out_c, kernel_h, kernel_w, in_c]; depthwise: int8 [kernel_h, kernel_w, out_c].
        bias: int32 [out_c], with ``- in_zero_point * sum(weights)`` folded in.
        multiplier: int32 [out_c], Q31.
        shift: int32 [out_c], > 0 left.
        in_zero_point, out_zero_point, act_min, act_max: int8 values.
        depth_multiplier: depthwise only.
    """

    kind: ConvKind
    in_h: int
    in_w: int
    in_c: int
    out_h: int
    out_w: int
    out_c: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_left: int
    weights: npt.NDArray[np.int8]
    bias: npt.NDArray[np.int32]
    multiplier: npt.NDArray[np.int32]
    shift: npt.NDArray[np.int32]
    in_zero_point: int
    out_zero_point: int
    act_min: int
    act_max: int
    depth_multiplier: int = 1

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one inference, padding counted as work."""
        per_output = self.kernel_h * self.kernel_w * (1 if self.kind is ConvKind.DEPTHWISE else self.in_c)
        return self.out_h * self.out_w * self.out_c * per_output

    def accumulator_bound(self) -> int:
        """Largest |accumulator| that any int8 input can give, bias included, over all channels and partial
        sums."""
        axes = (0, 1) if self.kind is ConvKind.DEPTHWISE else (1, 2, 3)
        weight_sum = np.abs(self.weights.astype(np.int64)).sum(axis=axes)
        return int((weight_sum * 128 + np.abs(self.bias.astype(np.int64))).max(initial=0))


@dataclass(frozen=True, eq=False)
class ConstArray:
    """A constant table that goes to flash.

    Attributes:
        suffix: appended to the layer's prefix to name the C array (``weights``, ``channels`` …).
        ctype: C element type, for example ``int8_t``, ``uint32_t``, ``mcutk_channel``.
        values: integers; for a struct type [n, fields]. An integer type may have [rows, n]: the generated table then
            starts a line at every row and shows its number, for example a row per output channel.
        align: alignment in bytes.
        is_weights: counted as weights and biases in the flash report, not as engine.
        layout: what a row is and the order of its elements, for the comment above the generated table, for example
            ``a row per output channel: [kernel_h][kernel_w][in_c]``; empty where there is nothing to say.
    """

    suffix: str
    ctype: str
    values: npt.NDArray[np.generic]
    align: int = 4
    is_weights: bool = True
    layout: str = ""


@dataclass(frozen=True, eq=False)
class PackedConv:
    """What a variant made of a layer: the arrays behind ``mcutk_conv.weights`` and ``mcutk_conv.channels``."""

    weights: ConstArray
    channels: ConstArray


class ConvKernel(Protocol):
    """A kernel variant: one C function ``void NAME(const int8_t *in, int8_t *out, void *scratch, const
    mcutk_conv *p)``.

    Every variant writes its outputs in raster order (row, then pixel), so that input and output may overlap
    within `read_behind`.
    """

    @property
    def name(self) -> str:
        """C function."""

    @property
    def isa(self) -> Isa:
        """Instruction set needed."""

    @property
    def sources(self) -> Sequence[str]:
        """Files to compile, relative to firmware/kernels; the header is the one that declares the
        function."""

    @property
    def header(self) -> str:
        """Header that declares it, relative to firmware/kernels."""

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Whether the variant computes this layer bit-exactly."""

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Estimated instructions for one inference; calibrated by measurement on the emulator."""

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """Bytes of 4-byte-aligned scratch (8-byte for MVE)."""

    def pack(self, layer: ConvLayer) -> PackedConv:
        """Weights and channel table in the order that the C function reads."""

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Least ``input_address - output_address`` for which the output may overlap the input, or None if
        never.

        The kernel writes upward from the output's start; it may overwrite an input byte once no later output
        needs it.
        """
