"""What a node becomes: the contract between kernels, the planner and the emitter.

A node is one of

- `Call`: C functions to run, with typed arguments, constants, scratch, and the overlaps that the functions permit. A
  kernel variant makes it (`compiler/kernels`);
- `Parts`: no code: tensors that lie inside another one (`compiler/views.py` finds them).

Rules that the C functions keep and on which the planner relies:

1. They touch only the bytes of the tensors, the scratch and the constants that they are given.
2. An output shares no byte with an input or with the scratch unless an `Overlap` permits it. Outputs of one node never
   share a byte with one another. Scratch is undefined at entry and free afterwards.
3. Arena tensors are aligned to `Isa.tensor_align` bytes (at least 4), scratch to `Call.scratch_align`.
4. Headers are included by bare file name (``#include "mcutk_types.h"``), and file names are unique over all kernel
   folders: the generated folder is flat, as an Arduino sketch must be. Headers that a source includes are copied
   without being listed.

Example, an elementwise operator that may work in place::

    Call(
        invocations=(Invocation("mcutk_relu_s8", (TensorArg(x), TensorArg(y), IntArg(elements))),),
        sources=("portable/mcutk_relu.c",),
        headers=("portable/mcutk_relu.h",),
        overlaps=(Overlap(x, y, 0),),
        cost=6 * elements,
    )

which is emitted as ``mcutk_relu_s8((const int8_t *)arena + 128, (int8_t *)arena + 64, 1024);``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Union

import numpy as np
import numpy.typing as npt

#: C element types of plain tables; the others are structs of 32-bit members.
C_TYPES: dict[str, np.dtype[Any]] = {
    "int8_t": np.dtype(np.int8),
    "uint8_t": np.dtype(np.uint8),
    "int16_t": np.dtype(np.int16),
    "uint16_t": np.dtype(np.uint16),
    "int32_t": np.dtype(np.int32),
    "uint32_t": np.dtype(np.uint32),
    "int64_t": np.dtype(np.int64),
    "float": np.dtype(np.float32),
}


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
        coding: how a table of weights is stored in few bits; None where it is not.
    """

    suffix: str
    ctype: str
    values: npt.NDArray[np.generic]
    align: int = 4
    is_weights: bool = True
    layout: str = ""
    coding: Coding | None = None

    @property
    def bytes(self) -> int:
        """Size in flash; structs are taken to have no padding (the linker's figure is the truth)."""
        if self.values.dtype.names:
            return int(self.values.nbytes)
        plain = C_TYPES.get(self.ctype)
        return int(self.values.size * (4 if plain is None else plain.itemsize))

    @cached_property
    def weights_bytes(self) -> int:
        """Bytes that are weights or biases: of a channel table only the biases, not the multipliers and shifts."""
        if not self.is_weights:
            return 0
        members = self.values.dtype.fields
        if members is not None:
            return len(self.values) * sum(kind[0].itemsize for name, kind in members.items() if name.startswith("bias"))
        return 4 * len(self.values) if self.ctype == "mcutk_channel" else self.bytes


@dataclass(frozen=True, eq=False)
class Packed:
    """A table of weights in few bits.

    Attributes:
        function: C function that unpacks it: ``void f(void *to, const PARAMS *p)``.
        arguments: its parameter struct.
        plain_bytes: bytes of the table as a kernel reads it.
        cost: instructions to unpack it, on a core of Armv7-M.
    """

    function: str
    arguments: ParamsArg
    plain_bytes: int
    cost: int
    source: str = "portable/mcutk_unpack.c"
    header: str = "portable/mcutk_unpack.h"

    @property
    def bytes(self) -> int:
        """Bytes in flash."""
        return sum(array.bytes for array in _arrays((self.arguments,)))


class Coding(Protocol):
    """Stores the tables of one order of weights in few bits; `compiler.fewbit` has the usual ones."""

    def forms(self, array: ConstArray, bits: int) -> Iterator[Packed]:
        """The ways to store a table with codes of so many bits; none where its weights take too many values."""


@dataclass(frozen=True)
class TensorArg:
    """Pointer to a tensor of the graph, typed by its dtype: into the arena, or to a table made from its constant data.

    Attributes:
        index: tensor index in the graph.
        offset: bytes added to its address; for functions that write or read a part (CONCATENATION, SPLIT).
        as_bytes: passed as ``uint8_t *`` whatever the element type is; for functions that copy bytes.
    """

    index: int
    offset: int = 0
    as_bytes: bool = False


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


@dataclass(frozen=True)
class ScratchField:
    """Pointer to constants of type `ctype` that an earlier invocation of the call writes to the scratch."""

    ctype: str
    offset: int


#: Value of a struct field: an integer; a float; the name of a C enumerator; a fixed-size C array of integers; a pointer
#: to a constant table or into the scratch; NULL; a nested struct.
FieldValue = Union[int, float, str, tuple[int, ...], ConstArray, ScratchField, None, "StructValue"]


@dataclass(frozen=True, eq=False)
class StructValue:
    """A nested struct: ordered (field, value) pairs."""

    fields: tuple[tuple[str, FieldValue], ...]


@dataclass(frozen=True, eq=False)
class ParamsArg:
    """Pointer to a ``const`` struct with designated initialisers; ``static``, in flash, unless it points to scratch.

    Attributes:
        ctype: struct type, for example ``mcutk_pool``.
        fields: ordered (field, value) pairs.
        suffix: appended to the layer's prefix to name the C object.
    """

    ctype: str
    fields: tuple[tuple[str, FieldValue], ...]
    suffix: str = "params"


def params(ctype: str, suffix: str = "params", **fields: FieldValue) -> ParamsArg:
    """A ``static const`` struct from its fields in the order of the keywords."""
    return ParamsArg(ctype, tuple(fields.items()), suffix)


Argument = TensorArg | ScratchArg | ConstArg | IntArg | FloatArg | ParamsArg


@dataclass(frozen=True, eq=False)
class Invocation:
    """One C function call; all functions return void."""

    function: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True)
class Overlap:
    """A permission: the output may overlap the input while ``input_address - output_address >= slack``.

    The functions write the output upward from its start, and when a byte is written every input byte that lies at or
    below it (after the shift by `slack`) has been read for the last time. Slack 0 includes the same address. A slack
    may be negative (pooling) or large (a convolution that reads several rows).

    Attributes:
        input: tensor index of an activation that the node reads.
        output: tensor index of an output of the node.
        slack: bytes.
    """

    input: int
    output: int
    slack: int


def in_place(source: int, target: int) -> tuple[Overlap, ...]:
    """The permission of an elementwise kernel of one element size: element i is written once element i is read."""
    return (Overlap(source, target, 0),)


@dataclass(frozen=True, eq=False)
class Call:
    """A node as C.

    Attributes:
        invocations: function calls in order; more than one for CONCATENATION and the like.
        sources: C and assembly files to compile, relative to firmware/kernels or to a folder of
            `compiler.emit.kernel_files.KERNEL_FOLDERS`.
        headers: headers that declare the functions, likewise.
        scratch_bytes: bytes of scratch, planned in the arena for the time of this node.
        scratch_align: its alignment.
        overlaps: which outputs may overlap which inputs.
        cost: estimated instructions on the target's core for one inference; `compiler.rates` turns them into cycles.
        kernel: name shown in reports; empty for that of the first function.
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

    @property
    def constant_bytes(self) -> int:
        """Bytes of the constant tables that its arguments name, once the weights are packed."""
        return sum(array.bytes for invocation in self.invocations for array in _arrays(invocation.arguments))

    @property
    def weights_bytes(self) -> int:
        """Bytes of weights and biases among them."""
        return sum(array.weights_bytes for invocation in self.invocations for array in _arrays(invocation.arguments))


def _arrays(values: Iterable[Argument | FieldValue]) -> Iterator[ConstArray]:
    """The constant tables in arguments and in the members of structs."""
    for value in values:
        if isinstance(value, ConstArray):
            yield value
        elif isinstance(value, ConstArg):
            yield value.array
        elif isinstance(value, (ParamsArg, StructValue)):
            yield from _arrays(member for _, member in value.fields)


@dataclass(frozen=True)
class Parts:
    """No code: tensors that lie inside another.

    Results of RESHAPE, SLICE and SPLIT can lie in the input, inputs of CONCATENATION in the result.

    Attributes:
        whole: tensor index of the one that holds them.
        parts: (tensor index, byte offset in `whole`).
    """

    whole: int
    parts: tuple[tuple[int, int], ...]
