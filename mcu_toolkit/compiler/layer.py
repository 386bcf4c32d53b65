"""Description of one convolution-like layer, given to the kernel variants of convolutions.

A `ConvLayer` holds one CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED node with everything known at compile time:
geometry, weights, folded biases, requantization. From it a variant (`mcu_toolkit.compiler.kernels`) decides whether it
can compute the layer, what it costs, how weights are packed and how much scratch it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import ParamsArg
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.targets.isa import Isa
from mcu_toolkit.targets.target import Target


class ConvKind(str, Enum):
    """The operator of a layer."""

    CONV = "conv"
    DEPTHWISE = "depthwise"
    FULLY_CONNECTED = "fully_connected"


@dataclass(frozen=True, eq=False)
class ConvLayer:
    """One convolution, depthwise convolution or fully connected layer.

    Attributes:
        kind: the operator. FULLY_CONNECTED has 1x1 geometry with ``in_c`` inputs; ``out_h * out_w`` is its batch.
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

    @property
    def weights_by_channel(self) -> npt.NDArray[np.int8]:
        """int8 [out_c, weights of the channel]."""
        depthwise = self.kind is ConvKind.DEPTHWISE
        rows: npt.NDArray[np.int8] = self.weights.reshape((-1, self.out_c) if depthwise else (self.out_c, -1))
        return rows.T if depthwise else rows

    def accumulator_bound(self) -> int:
        """Largest absolute accumulator over all int8 inputs, channels and partial sums, bias included."""
        weight_sum = np.abs(self.weights_by_channel.astype(np.int64)).sum(axis=1)
        return int((weight_sum * 128 + np.abs(self.bias.astype(np.int64))).max(initial=0))


class ConvKernel(Protocol):
    """A kernel variant for convolution-like layers.

    It is one C function ``void NAME(const int8_t *in, int8_t *out, void *scratch, const PARAMS *p)``, where PARAMS is a
    struct of its own. It writes its outputs in raster order (row, then pixel), so that input and output may overlap
    within `overlap_slack`.
    """

    @property
    def name(self) -> str:
        """C function."""

    @property
    def isa(self) -> Isa:
        """Instruction set needed."""

    @property
    def sources(self) -> Sequence[str]:
        """Files to compile, relative to firmware/kernels."""

    @property
    def header(self) -> str:
        """Header that declares the function, relative to firmware/kernels."""

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Whether the variant computes this layer bit-exactly."""

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Estimated instructions for one inference; calibrated by measurement on the emulator."""

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """Bytes of scratch, which is aligned to `Isa.scratch_align` of the variant."""

    def params(self, layer: ConvLayer) -> ParamsArg:
        """The parameter struct, with weights and channel table packed in the order that the C function reads.

        Called only once the variant is chosen.
        """

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Least ``input_address - output_address`` for which the output may overlap the input; None for never.

        The kernel writes upward from the output's start; it may overwrite an input byte once no later output needs it.
        """


def conv_layer(graph: Graph, node: Node) -> ConvLayer:
    """Describe a CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED node; the input zero point is folded into the biases."""
    kind, p = _KINDS[node.op], OPERATORS[node.op].linear(graph, node)
    assert p is not None
    g = p.geometry
    if kind is ConvKind.DEPTHWISE and p.in_c == 1 and p.out_c > 1:
        # Every filter reads the one channel: an ordinary convolution, whose kernels share what they load.
        kind, p = ConvKind.CONV, replace(p, weights=p.weights.reshape(-1, p.out_c).T)
    depthwise = kind is ConvKind.DEPTHWISE
    shape = (g.kernel_h, g.kernel_w, p.out_c) if depthwise else (p.out_c, g.kernel_h, g.kernel_w, p.in_c)
    weights = np.ascontiguousarray(p.weights.reshape(shape))
    sums = weights.astype(np.int64).sum(axis=(0, 1) if depthwise else (1, 2, 3))
    folded = p.bias.astype(np.int64) - p.in_zero_point * sums
    return ConvLayer(
        kind=kind,
        in_h=g.in_h,
        in_w=g.in_w,
        in_c=p.in_c,
        out_h=g.out_h,
        out_w=g.out_w,
        out_c=p.out_c,
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        dilation_h=g.dilation_h,
        dilation_w=g.dilation_w,
        pad_top=g.pad_top,
        pad_left=g.pad_left,
        weights=weights,
        bias=folded.astype(np.int32),  # modulo 2^32, as the accumulators are
        multiplier=p.multiplier,
        shift=p.shift,
        in_zero_point=p.in_zero_point,
        out_zero_point=p.out_zero_point,
        act_min=p.act_min,
        act_max=p.act_max,
        depth_multiplier=p.out_c // p.in_c if depthwise else 1,
    )


_KINDS = {
    "CONV_2D": ConvKind.CONV,
    "DEPTHWISE_CONV_2D": ConvKind.DEPTHWISE,
    "FULLY_CONNECTED": ConvKind.FULLY_CONNECTED,
}
#: The operators that `conv_layer` describes.
CONV_OPERATORS = tuple(_KINDS)
