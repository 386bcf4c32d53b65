"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: how variants described by a `ConvKernel` join the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, ScratchArg, TensorArg
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.layer import CONV_OPERATORS, ConvKernel


def add_conv_kernels(variants: Sequence[ConvKernel]) -> None:
    """Register variants of convolution-like layers under the names of their C functions."""
    for variant in variants:
        KERNELS.add(variant.name, conv_kernel(variant))


def conv_kernel(variant: ConvKernel) -> Kernel:
    """The registry's entry for a variant of convolution-like layers."""

    def accepts(request: Request) -> bool:
        return variant.accepts(request.layer, request.target)

    def call(request: Request) -> Call:
        layer, target = request.layer, request.target
        slack = variant.overlap_slack(layer)
        return Call(
            invocations=(),  # weights are packed once the variant is chosen
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
        invocation = Invocation(variant.name, (*tensors, ScratchArg(), variant.params(request.layer)))
        return replace(chosen, invocations=(invocation,))

    return Kernel(CONV_OPERATORS, call, variant.isa.id, accepts, pack)
