"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: how variants described by a `ConvKernel` join the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, ParamsArg, ScratchArg, TensorArg
from mcu_toolkit.compiler.kernels import (
    conv_dsp,
    conv_mve,
    conv_portable,
    depthwise_dsp,
    depthwise_mve,
    fc_dsp,
    fc_mve,
)
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.layer import CONV_OPERATORS, ConvKernel, ConvLayer, PackedConvKernel

#: Fields of ``mcutk_conv`` that `ConvLayer` has under the same name, in the order of the struct.
_GEOMETRY = (
    "in_h", "in_w", "in_c", "out_h", "out_w", "out_c", "kernel_h", "kernel_w", "stride_h", "stride_w",
    "dilation_h", "dilation_w", "pad_top", "pad_left", "in_zero_point", "out_zero_point", "act_min", "act_max",
    "depth_multiplier",
)  # fmt: skip


def conv_kernel(variant: ConvKernel) -> Kernel:
    """The registry's entry for a variant of convolution-like layers."""

    def accepts(request: Request) -> bool:
        return variant.accepts(request.layer, request.target)

    def call(request: Request) -> Call:
        layer, target = request.layer, request.target
        slack = variant.overlap_slack(layer)
        return Call(
            invocations=(),
            sources=tuple(variant.sources),
            headers=(variant.header,),
            scratch_bytes=variant.scratch_bytes(layer, target),
            scratch_align=variant.isa.scratch_align,
            overlaps=() if slack is None else (Overlap(request.input, request.output, slack),),
            cost=variant.cost(layer, target),
            kernel=variant.name,
        )

    def pack(request: Request, chosen: Call) -> Call:
        tensors = TensorArg(request.input), TensorArg(request.output)
        invocation = Invocation(variant.name, (*tensors, ScratchArg(), _params(variant, request.layer)))
        return replace(chosen, invocations=(invocation,))

    return Kernel(CONV_OPERATORS, call, variant.isa.id, accepts, pack)


def _params(variant: ConvKernel, layer: ConvLayer) -> ParamsArg:
    made = getattr(variant, "params", None)  # variants with a parameter struct of their own
    if made is not None:
        params: ParamsArg = made(layer)
        return params
    packed = cast(PackedConvKernel, variant).pack(layer)
    fields = [("weights", packed.weights), ("channels", packed.channels)]
    return ParamsArg("mcutk_conv", (*fields, *((name, int(getattr(layer, name))) for name in _GEOMETRY)))


def add_conv_kernels(variants: Sequence[ConvKernel]) -> None:
    """Register variants of convolution-like layers under the names of their C functions."""
    for variant in variants:
        KERNELS.add(variant.name, conv_kernel(variant))


for _module in (conv_portable, conv_dsp, conv_mve, depthwise_dsp, depthwise_mve, fc_dsp, fc_mve):
    add_conv_kernels(_module.KERNELS)
