"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: how variants described by a `ConvKernel` join the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, ScratchArg, TensorArg
from mcu_toolkit.compiler.fewbit import in_few_bits, takes_few_values
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.layer import CONV_OPERATORS, ConvKernel, ConvLayer


def add_conv_kernels(variants: Sequence[ConvKernel]) -> None:
    """Register variants of convolution-like layers under the names of their C functions."""
    for variant in variants:
        add_kernel(variant.name, conv_kernel(variant))


def add_kernel(name: str, kernel: Kernel) -> None:
    """Register a variant, and the same with weights in few bits."""
    KERNELS.add(name, kernel)
    KERNELS.add(f"{name}, weights in few bits", few_bits_kernel(kernel))


def _as_it_is(request: Request) -> ConvLayer | None:
    return request.layer


def conv_kernel(
    variant: ConvKernel, layer_of: Callable[[Request], ConvLayer | None] = _as_it_is, *, spends: bool = False
) -> Kernel:
    """The registry's entry for a variant of convolution-like layers.

    Args:
        variant: the variant.
        layer_of: the layer that it computes for a node; None for a node that it does not serve.
        spends: as `Kernel.spends`.
    """

    def accepts(request: Request) -> bool:
        layer = layer_of(request)
        return layer is not None and variant.accepts(layer, request.target)

    def described(request: Request) -> ConvLayer:
        layer = layer_of(request)
        assert layer is not None
        return layer

    def call(request: Request) -> Call:
        layer, target = described(request), request.target
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
        invocation = Invocation(variant.name, (*tensors, ScratchArg(), variant.params(described(request))))
        return replace(chosen, invocations=(invocation,))

    return Kernel(CONV_OPERATORS, call, variant.isa.id, accepts, pack, spends=spends)


def few_bits_kernel(kernel: Kernel) -> Kernel:
    """A variant that stores its weights in few bits and unpacks them before `kernel` runs."""

    @lru_cache(maxsize=4)
    def packed(request: Request) -> Call | None:
        return in_few_bits(kernel.pack(request, kernel.call(request)))

    def accepts(request: Request) -> bool:
        worth = request.target.optimize.saves_flash and takes_few_values(request.layer.weights_by_channel)
        return worth and kernel.accepts(request) and packed(request) is not None

    def call(request: Request) -> Call:
        found = packed(request)
        assert found is not None
        return found

    return Kernel(kernel.serves, call, kernel.isa, accepts)
