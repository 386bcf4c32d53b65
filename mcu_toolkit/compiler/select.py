"""Gives each convolution-like layer the kernel variants that could serve it (`mcu_toolkit.compiler.kernels`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mcu_toolkit.compiler.call import Call, ConvUse, Invocation, Overlap, ParamsArg, ScratchArg, TensorArg
from mcu_toolkit.compiler.kernels import all_kernels
from mcu_toolkit.compiler.layer import ConvKernel, PackedConv
from mcu_toolkit.errors import CompileError
from mcu_toolkit.targets.target import Target

#: Fields of ``mcutk_conv`` that `ConvLayer` has under the same name, in the order of the struct.
_GEOMETRY = (
    "in_h", "in_w", "in_c", "out_h", "out_w", "out_c", "kernel_h", "kernel_w", "stride_h", "stride_w",
    "dilation_h", "dilation_w", "pad_top", "pad_left", "in_zero_point", "out_zero_point", "act_min", "act_max",
    "depth_multiplier",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Candidate:
    """A variant that could serve a layer, and the call it would give; weights are packed only once it is taken."""

    use: ConvUse
    variant: ConvKernel
    call: Call

    def finish(self) -> Call:
        """The call with its weights and channel table packed."""
        made = getattr(self.variant, "params", None)  # variants with a parameter struct of their own
        if made is not None:
            return replace(self.call, invocations=(_own_invocation(self.variant, self.use, made(self.use.layer)),))
        packed = self.variant.pack(self.use.layer)
        return replace(self.call, invocations=(_invocation(self.variant, self.use, packed),))


def candidates(use: ConvUse, target: Target, variants: Sequence[ConvKernel] | None = None) -> tuple[Candidate, ...]:
    """The variants that could serve a layer, cheapest first.

    Raises:
        CompileError: no variant accepts the layer.
    """
    choices = [
        Candidate(use, variant, _call(variant, use, target))
        for variant in (all_kernels(target.isa) if variants is None else variants)
        if variant.accepts(use.layer, target)
    ]
    if not choices:
        raise CompileError(f"no kernel accepts a {use.layer.kind.value} layer for {target.core}")
    return tuple(sorted(choices, key=lambda c: (c.call.cost, c.call.scratch_bytes, c.call.name)))


def _call(variant: ConvKernel, use: ConvUse, target: Target) -> Call:
    slack = variant.overlap_slack(use.layer)
    return Call(
        invocations=(_invocation(variant, use, None),),
        sources=tuple(variant.sources),
        headers=(variant.header,),
        scratch_bytes=variant.scratch_bytes(use.layer, target),
        scratch_align=variant.isa.scratch_align,
        overlaps=() if slack is None else (Overlap(use.input, use.output, slack),),
        cost=variant.cost(use.layer, target),
        kernel=variant.name,
    )


def _invocation(variant: ConvKernel, use: ConvUse, packed: PackedConv | None) -> Invocation:
    fields = [("weights", packed.weights if packed else None), ("channels", packed.channels if packed else None)]
    params = ParamsArg("mcutk_conv", (*fields, *((name, int(getattr(use.layer, name))) for name in _GEOMETRY)))
    return Invocation(variant.name, (TensorArg(use.input), TensorArg(use.output), ScratchArg(), params))


def _own_invocation(variant: ConvKernel, use: ConvUse, params: ParamsArg) -> Invocation:
    return Invocation(variant.name, (TensorArg(use.input), TensorArg(use.output), ScratchArg(), params))
