"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: how variants described by a `ConvKernel` join the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, ScratchArg, TensorArg
from mcu_toolkit.compiler.fewbit import in_few_bits, takes_few_values
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.layer import CONV_OPERATORS, ConvKernel, ConvLayer
from mcu_toolkit.graph.ops import OPERATORS


def add_conv_kernels(variants: Sequence[ConvKernel], *, any_alignment: bool = False) -> None:
    """Register variants of convolution-like layers under the names of their C functions.

    Args:
        variants: the variants.
        any_alignment: they read and write single bytes, so that tensors may begin anywhere.
    """
    for variant in variants:
        add_kernel(variant.name, conv_kernel(variant, any_alignment=any_alignment))


def add_kernel(name: str, kernel: Kernel) -> None:
    """Register a variant, and the same with weights in few bits."""
    KERNELS.add(name, kernel)
    KERNELS.add(f"{name}, weights in few bits", few_bits_kernel(kernel))


def batches(request: Request) -> int:
    """Images in the batch of a convolution; the rows of a FULLY_CONNECTED are one."""
    return request.data.shape[0] if OPERATORS[request.node.op].window(request.graph, request.node) is not None else 1


def by_batch(request: Request, tensors: tuple[TensorArg, TensorArg]) -> Iterator[tuple[TensorArg, TensorArg]]:
    """Input and output of each image of a batch."""
    count = batches(request)
    steps = request.data.bytes // count, request.result.bytes // count
    for number in range(count):
        source, target = (replace(each, offset=number * step) for each, step in zip(tensors, steps, strict=True))
        yield source, target


def _batches_aligned(request: Request) -> bool:
    """Whether every image of a batch begins as a tensor does."""
    count, align = batches(request), request.target.isa.tensor_align
    return count == 1 or all(tensor.bytes // count % align == 0 for tensor in (request.data, request.result))


def _as_it_is(request: Request) -> ConvLayer | None:
    return request.layer


def conv_kernel(
    variant: ConvKernel,
    layer_of: Callable[[Request], ConvLayer | None] = _as_it_is,
    *,
    spends: bool = False,
    any_alignment: bool = False,
) -> Kernel:
    """The registry's entry for a variant of convolution-like layers.

    Args:
        variant: the variant.
        layer_of: the layer that it computes for a node; None for a node that it does not serve.
        spends: as `Kernel.spends`.
        any_alignment: as for `add_conv_kernels`.
    """

    def accepts(request: Request) -> bool:
        if not any_alignment and not _batches_aligned(request):
            return False
        layer = layer_of(request)
        return layer is not None and variant.accepts(layer, request.target)

    def described(request: Request) -> ConvLayer:
        layer = layer_of(request)
        assert layer is not None
        return layer

    def call(request: Request) -> Call:
        layer, target = described(request), request.target
        count = batches(request)
        slack = variant.overlap_slack(layer) if count == 1 else None
        return Call(
            invocations=(),  # weights are packed once the variant is chosen
            sources=tuple(variant.sources),
            headers=(variant.header,),
            scratch_bytes=variant.scratch_bytes(layer, target),
            scratch_align=variant.isa.scratch_align,
            overlaps=() if slack is None else (Overlap(request.input, request.output, slack),),
            cost=count * variant.cost(layer, target),
            kernel=variant.name,
        )

    def pack(request: Request, chosen: Call) -> Call:
        numbers = variant.params(described(request))
        tensors = TensorArg(request.input), TensorArg(request.output)
        made = (Invocation(variant.name, (*pair, ScratchArg(), numbers)) for pair in by_batch(request, tensors))
        return replace(chosen, invocations=tuple(made))

    return Kernel(CONV_OPERATORS, call, variant.isa.id, accepts, pack, spends=spends)


def few_bits_kernel(kernel: Kernel) -> Kernel:
    """A variant that stores its weights in few bits and unpacks them before `kernel` runs."""

    @lru_cache(maxsize=4)
    def packed(request: Request) -> Call | None:
        return in_few_bits(kernel.pack(request, kernel.call(request)))

    def accepts(request: Request) -> bool:
        worth = request.target.optimize.saves_flash and takes_few_values(request.layer.weights_by_channel)
        return worth and batches(request) == 1 and kernel.accepts(request) and packed(request) is not None

    def call(request: Request) -> Call:
        found = packed(request)
        assert found is not None
        return found

    return Kernel(kernel.serves, call, kernel.isa, accepts)
