"""What an operator becomes: the contract between the lowerings, the planner and the emitter.

`compiler/lower/<op>.py` turns one node into a `Lowering`, which is one of

- `Call`: C functions to run, with typed arguments, constants, scratch, and the overlaps that the functions
  permit;
- `ConvUse`: "this is a convolution-like layer": `compiler/select.py` picks the kernel variant and makes the
  `Call`;
- `Alias`: no code at all; the output is the input's bytes under another shape (RESHAPE, SQUEEZE,
  EXPAND_DIMS);
- `Parts`: no code either: tensors that are adjacent pieces of another (`compiler/views.py` finds them).

Rules that the C functions keep, and on which the planner counts:

1. They touch only the bytes of the tensors, the scratch and the constants that they are given.
2. An output shares no byte with an input or with the scratch unless an `Overlap` says that it may. Outputs of
   one node never share a byte with one another. Scratch is undefined at entry and free afterwards.
3. Arena tensors are aligned to at least 4 bytes (16 for `MVE`), scratch to `scratch_align`.
4. Headers are included by bare file name (``#include "mcutk_types.h"``), and file names are unique over all
   kernel folders: the generated folder is flat, as an Arduino sketch must be. Headers that a source includes
   are copied without being listed.

Example, an elementwise operator that may work in place::

    Call(
        invocations=(Invocation("mcutk_relu_s8", (TensorArg(x), TensorArg(y), IntArg(elements))),),
        sources=("portable/mcutk_relu.c",),
        headers=("portable/mcutk_relu.h",),
        overlaps=(Overlap(x, y, 0),),
        cost=6 * elements,
    )

which is emitted as ``mcutk_relu_s8((const int8_t *)(arena + 128), (int8_t *)(arena + 64), 1024);``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from mcu_toolkit.compiler.layer import ConstArray, ConvLayer
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


@dataclass(frozen=True)
class TensorArg:
    """Pointer to a tensor of the graph, typed by its dtype: into the arena, or to a constant table made from
    its data.

    Attributes:
        index: tensor index in the graph.
        offset: bytes added to its address; for functions that write or read a part (CONCATENATION, SPLIT).
    """

    index: int
    offset: int = 0


@dataclass(frozen=True)
class ScratchArg:
    """``void *`` to the call's scratch, NULL where `Call.scratch_bytes` is 0."""

    offset: int = 0


@dataclass(frozen=True, eq=False)
class ConstArg:
    """Pointer to a constant table of the call."""

    array: ConstArray


@dataclass(frozen=True)
class IntArg:
    """An integer literal; `ctype` names the parameter's C type where it is not ``int32_t``."""

    value: int
    ctype: str = "int32_t"


@dataclass(frozen=True)
class FloatArg:
    """A float literal, exact to the last bit of a float32; only for operators at a float border."""

    value: float


#: Value of a struct field: an integer; a float; a fixed-size C array of integers; a pointer to a constant table; NULL;
#: a nested struct as (field, value) pairs.
FieldValue = Union[int, float, tuple[int, ...], ConstArray, None, "StructValue"]


@dataclass(frozen=True, eq=False)
class StructValue:
    """A nested struct: ordered (field, value) pairs."""

    fields: tuple[tuple[str, FieldValue], ...]


@dataclass(frozen=True, eq=False)
class ParamsArg:
    """Pointer to a ``static const`` struct in flash, emitted with designated initialisers.

    Attributes:
        ctype: struct type, for example ``mcutk_conv``.
        fields: ordered (field, value) pairs.
        suffix: appended to the layer's prefix to name the C object.
    """

    ctype: str
    fields: tuple[tuple[str, FieldValue], ...]
    suffix: str = "params"


Argument = TensorArg | ScratchArg | ConstArg | IntArg | FloatArg | ParamsArg


@dataclass(frozen=True, eq=False)
class Invocation:
    """One C function call; all functions return void."""

    function: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True)
class Overlap:
    """A permission: the output may overlap the input while ``input_address - output_address >= slack``.

    The functions write the output upward from its start, and by the time that a byte is written every input
    byte that lies at or below it (after the shift by `slack`) has been read for the last time. Slack 0
    includes the exact alias. A slack may be negative (pooling) or large (a convolution that reads several
    rows).

    Attributes:
        input: tensor index of an activation that the node reads.
        output: tensor index of an output of the node.
        slack: bytes.
    """

    input: int
    output: int
    slack: int


@dataclass(frozen=True, eq=False)
class Call:
    """A node as C.

    Attributes:
        invocations: function calls in order; more than one for CONCATENATION and the like.
        sources: C files to compile, relative to firmware/kernels.
        headers: headers that declare the functions, relative to firmware/kernels.
        scratch_bytes: bytes of scratch, planned in the arena for the time of this node.
        scratch_align: its alignment.
        overlaps: which outputs may overlap which inputs.
        cost: estimated instructions on the target's core for one inference.
        kernel: name shown in reports; the first function by default.
        note: a few words for the generated comment (for example how weights are packed), or empty.
    """

    invocations: tuple[Invocation, ...]
    sources: tuple[str, ...]
    headers: tuple[str, ...]
    scratch_bytes: int = 0
    scratch_align: int = 4
    overlaps: tuple[Overlap, ...] = ()
    cost: int = 0
    kernel: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Kernel name for reports."""
        return self.kernel or self.invocations[0].function


@dataclass(frozen=True)
class Alias:
    """No code: tensor `output` is tensor `input` under another shape (same bytes, same address)."""

    input: int
    output: int


@dataclass(frozen=True)
class Parts:
    """No code: tensors that lie inside another, as the results of SLICE and SPLIT or the inputs of CONCATENATION can.

    Attributes:
        whole: tensor index of the one that holds them.
        parts: (tensor index, byte offset in `whole`).
    """

    whole: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class ConvUse:
    """A convolution, depthwise convolution or fully connected layer, to be given a kernel variant by
    `select`.

    Attributes:
        layer: all that is known about it.
        input: tensor index of the activation.
        output: tensor index of the result.
    """

    layer: ConvLayer
    input: int
    output: int


Lowering = Call | Alias | ConvUse

#: Signature of ``lower`` in compiler/lower/<op>.py. Raises CompileError for a form that `Operator.check` lets
#: through by mistake; forms that check refuses never arrive. `compiler/lower/__init__.py` gives
#: ``lowering(op: str) -> Lower | None``.
Lower = Callable[[Graph, Node, Target], Lowering]
