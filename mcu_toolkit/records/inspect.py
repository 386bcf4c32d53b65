"""The reports of ``mcutk inspect``: one model, or the list of supported operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class CompileTarget:
    """What the figures are for: instruction set, core and optimization goal."""

    isa: str
    core: str
    optimize: str


@dataclass(frozen=True)
class InspectedBorder:
    """An input or output of the model.

    Attributes:
        name: in the model file.
        shape: with the batch.
        dtype: ``int8``, ``uint8``, ``int16``, ``int32``, ``int64``, ``float32`` or ``bool``.
        scale, zero_point: None where the file gives none.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None
    zero_point: int | None


@dataclass(frozen=True)
class BeforeAndAfter:
    """A figure of the model as it is in the file, and after the passes; None where it cannot be read or compiled."""

    model: int | None
    after_passes: int | None


@dataclass(frozen=True)
class InspectedRam:
    """Bytes of RAM; None where the model cannot be read or compiled.

    Attributes:
        arena: activations, variables and scratch.
        no_overlap: live-tensor bound: the least arena of a plan in which no two live tensors share a byte.
        no_overlap_model: the same of the model as it is in the file.
        arena_overlap_bound: no placement of these kernels needs less, overlaps included.
        arena_optimal: whether the placement is proved to be the least for these kernels in this order.
    """

    arena: int | None
    no_overlap: int | None
    no_overlap_model: int | None
    arena_overlap_bound: int | None
    arena_optimal: bool | None


@dataclass(frozen=True)
class UnsupportedNode:
    """A node that cannot be compiled: its index, its operator and the reason.

    A model that is refused as a whole has one entry, with the operator ``MODEL`` and the first node that shows why.
    """

    node: int | None
    operator: str
    reason: str


@dataclass(frozen=True)
class InspectedNode:
    """A node of the model file. Figures of the compiled code are None where there is none.

    Attributes:
        index: in the model file.
        operator: TFLite builtin name.
        name, shape: of the first output.
        macs: multiply-accumulates, padding counted as work.
        weights_bytes: constants that it reads.
        steps: steps of the compiled model that come from it.
        macs_after_passes, shape_after_passes: after the compiler's passes.
        kernel: C function of the last step; None where a pass removed the node.
        cost_estimate: estimated instructions of one inference.
        arena_offset: of the first output.
        scratch_bytes: most working memory of its steps, inside the arena.
        in_place: whether the output overlaps an input.
        live: first and last step at which the first output is in use.
    """

    index: int
    operator: str
    name: str
    shape: tuple[int, ...]
    macs: int
    weights_bytes: int
    steps: tuple[int, ...]
    macs_after_passes: int | None
    shape_after_passes: tuple[int, ...] | None
    kernel: str | None
    cost_estimate: int | None
    arena_offset: int | None
    scratch_bytes: int | None
    in_place: bool | None
    live: tuple[int, int] | None


@dataclass(frozen=True)
class ModeFigures:
    """One optimization goal.

    Attributes:
        arena: bytes.
        cost_estimate: estimated instructions of one inference.
        weights_bytes: weights and biases in flash.
        table_bytes: other constants in flash.
    """

    arena: int
    cost_estimate: int
    weights_bytes: int
    table_bytes: int


@dataclass(frozen=True, kw_only=True)
class InspectRecord:
    """A model file, whether or not it can be compiled.

    Attributes:
        supported: whether every node can be compiled; build, bench, verify and eval then serve the model.
        model: file name; empty for a model that does not come from a file.
        model_sha256: 64 hex digits.
        target: see `CompileTarget`.
        inputs, outputs: the borders.
        macs: multiply-accumulates of one inference.
        ram: see `InspectedRam`.
        weights_bytes: weights and biases.
        table_bytes: other constants in flash: multipliers and shifts of the channels, look-up tables; None where the
            model cannot be compiled.
        cost_estimate: estimated instructions of one inference, not measured.
        unsupported: every node that cannot be compiled.
        nodes: all nodes in the order of the file.
        modes: optimization goal → its figures, where asked for.
    """

    SCHEMA: ClassVar[str] = "mcutk.inspect/1"

    supported: bool
    model: str = ""
    model_sha256: str
    target: CompileTarget
    inputs: tuple[InspectedBorder, ...]
    outputs: tuple[InspectedBorder, ...]
    macs: BeforeAndAfter
    ram: InspectedRam
    weights_bytes: BeforeAndAfter
    table_bytes: int | None
    cost_estimate: int | None
    unsupported: tuple[UnsupportedNode, ...]
    nodes: tuple[InspectedNode, ...]
    modes: Mapping[str, ModeFigures] | None = field(default=None, metadata={"omit": True})


@dataclass(frozen=True)
class OperatorRow:
    """An operator and the forms of it that are supported."""

    operator: str
    forms: str


@dataclass(frozen=True)
class OperatorsRecord:
    """Every operator that the compiler supports, sorted by name."""

    SCHEMA: ClassVar[str] = "mcutk.operators/1"

    operators: tuple[OperatorRow, ...]
