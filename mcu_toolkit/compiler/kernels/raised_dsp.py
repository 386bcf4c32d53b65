"""Rectified outputs of any zero point with the DSP extension: a `relu` kernel, then one pass over its outputs.

Rectified outputs of fewer than 8 bits have a high zero point, so that int8 saturation clips them. The rounding ``relu``
needs the zero point -128; what it gives, raised to the zero point with saturation, is the same as one requantization.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, TensorArg
from mcu_toolkit.compiler.kernels import conv_dsp, depthwise_dsp, fc_dsp
from mcu_toolkit.compiler.kernels.base import Kernel, Request
from mcu_toolkit.compiler.kernels.conv import add_kernel, conv_kernel
from mcu_toolkit.compiler.kernels.packing_dsp import Rounding
from mcu_toolkit.compiler.layer import ConvKernel, ConvLayer

#: Highest zero point that two saturating additions of a signed byte reach.
_HIGHEST = 126
#: Instructions of the pass: around it, and for 16 bytes.
_PASS, _SIXTEEN = 30, 19


@lru_cache(maxsize=8)
def lowered(layer: ConvLayer) -> ConvLayer | None:
    """The layer with outputs of zero point -128; None where they are not rectified or have that zero point already."""
    if layer.act_min != layer.out_zero_point or layer.act_max != 127 or not -128 < layer.out_zero_point <= _HIGHEST:
        return None
    return replace(layer, out_zero_point=-128, act_min=-128)


def raised_kernel(variant: ConvKernel) -> Kernel:
    """A variant of the rounding ``relu``, and the pass after it."""

    def layer_of(request: Request) -> ConvLayer | None:
        return lowered(request.layer)

    inner = conv_kernel(variant, layer_of)

    def call(request: Request) -> Call:
        made = inner.call(request)
        return replace(
            made,
            sources=(*made.sources, "dsp/mcutk_raise_dsp.c"),
            headers=(*made.headers, "dsp/mcutk_raise_dsp.h"),
            cost=made.cost + _PASS + _SIXTEEN * -(-request.result.elements // 16),
        )

    def pack(request: Request, chosen: Call) -> Call:
        count, add = IntArg(request.result.elements), IntArg(request.layer.out_zero_point + 128)
        raising = Invocation("mcutk_raise_dsp", (TensorArg(request.output), count, add))
        return replace(chosen, invocations=(*inner.pack(request, chosen).invocations, raising))

    return Kernel(inner.serves, call, inner.isa, inner.accepts, pack)


for _variant in (*conv_dsp.VARIANTS, *depthwise_dsp.VARIANTS, *fc_dsp.VARIANTS):
    if _variant.name.endswith(Rounding.RELU.value):
        add_kernel(f"{_variant.name}, raised", raised_kernel(_variant))
