"""One step as C text: the static function of an operator and the constant tables behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from mcu_toolkit.compiler.call import (
    Argument,
    Call,
    ConstArg,
    FieldValue,
    FloatArg,
    IntArg,
    Invocation,
    ParamsArg,
    ScratchArg,
    StructValue,
    TensorArg,
)
from mcu_toolkit.compiler.emit import literals, names
from mcu_toolkit.compiler.layer import ConstArray
from mcu_toolkit.compiler.plan.problem import MemoryPlan
from mcu_toolkit.compiler.plan.schedule import Schedule
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import operator


@dataclass(frozen=True, eq=False)
class ConstTable:
    """A table in flash: declaration and the rows of its initialiser.

    Attributes:
        symbol: C name.
        ctype: element type.
        count: elements.
        bytes: size in flash (structs are taken to have 4-byte fields; the linker's figure is the truth).
        is_weights: counts as weights and biases in reports, not as engine.
        note: the operator that reads it.
    """

    symbol: str
    ctype: str
    count: int
    align: int
    rows: tuple[str, ...]
    bytes: int
    is_weights: bool
    note: str

    @property
    def known_size(self) -> bool:
        """Whether `bytes` is exact: not for structs, whose layout belongs to the kernel's header."""
        return self.ctype in literals.SIZES

    @property
    def weights_bytes(self) -> int:
        """Bytes that are weights or biases: of a channel table only the biases, not the multipliers and shifts."""
        if not self.is_weights:
            return 0
        return 4 * self.count if self.ctype == "mcutk_channel" else self.bytes


@dataclass(frozen=True)
class StepOutput:
    """Where an output of a step lies once the step has run."""

    tensor: int
    offset: int
    bytes: int


@dataclass(frozen=True, eq=False)
class CodeStep:
    """A step as the templates print it."""

    index: int
    node: int
    source: int
    op: str
    function: str
    comments: tuple[str, ...]
    lines: tuple[str, ...]
    outputs: tuple[StepOutput, ...]
    macs: int
    uses_arena: bool
    tables: tuple[str, ...]


@dataclass
class _Writer:
    """Gathers the lines and tables of one step."""

    graph: Graph
    schedule: Schedule
    plan: MemoryPlan
    number: int
    prefix: str
    call: Call
    node: Node
    lines: list[str] = field(default_factory=list)
    shared: dict[Hashable, ConstTable] = field(default_factory=dict)
    tables: dict[int, ConstTable] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    uses_arena: bool = False

    def invocation(self, invocation: Invocation) -> None:
        arguments = [self.argument(a) for a in invocation.arguments]
        line = f"    {invocation.function}("
        for position, text in enumerate(arguments):
            last = position == len(arguments) - 1
            piece = text + (");" if last else ",")
            if len(line) + len(piece) + 1 > 110:
                self.lines.append(line.rstrip())
                line = "        "
            line += piece + ("" if last else " ")
        self.lines.append(line if arguments else line + ");")

    def argument(self, argument: Argument) -> str:
        if isinstance(argument, TensorArg):
            return self.tensor(argument)
        if isinstance(argument, ScratchArg):
            if self.call.scratch_bytes == 0:
                return "NULL"
            self.uses_arena = True
            return place(self.plan.offsets[("scratch", self.number)] + argument.offset).strip("()")
        if isinstance(argument, ConstArg):
            return self.table(argument.array)
        if isinstance(argument, IntArg):
            return literals.integer(argument.value)
        if isinstance(argument, FloatArg):
            return literals.floating(argument.value)
        return self.params(argument)

    def tensor(self, argument: TensorArg) -> str:
        tensor = self.graph.tensors[argument.index]
        if tensor.is_const:
            return self.constant_tensor(argument, tensor)
        self.uses_arena = True
        offset = self.schedule.address(self.plan, argument.index) + argument.offset
        written = argument.index in self.node.outputs or tensor.variable
        kind = ("" if written else "const ") + c_type(tensor.dtype)
        through = "" if tensor.dtype.bytes == 1 else f"({'' if written else 'const '}void *)"
        return f"({kind} *){through}{place(offset)}"

    def constant_tensor(self, argument: TensorArg, tensor: Tensor) -> str:
        if tensor.data is None or argument.offset % tensor.dtype.bytes:
            raise CompileError(f"node {self.node.source}: a constant input is read at an odd offset")
        array = ConstArray(f"t{argument.index}", c_type(tensor.dtype), tensor.data.reshape(-1), 4)
        symbol = self.table(array, key=-argument.index - 1)
        step = argument.offset // tensor.dtype.bytes
        return f"{symbol} + {step}" if step else symbol

    def table(self, array: ConstArray, key: int | None = None) -> str:
        key = id(array) if key is None else key
        if key not in self.tables:
            count = int(array.values.shape[0])
            if array.ctype in literals.SIZES:
                count = int(array.values.size)
                size = count * literals.SIZES[array.ctype]
            else:
                size = int(array.values.nbytes if array.values.dtype.names else array.values.size * 4)
            if count == 0:
                raise CompileError(f"node {self.node.source}: the constant table '{array.suffix}' is empty")
            self.tables[key] = self.intern(array, count, size)
        return self.tables[key].symbol

    def intern(self, array: ConstArray, count: int, size: int) -> ConstTable:
        """The table; steps whose tables are equal share one."""
        values = np.asarray(array.values)
        contents = (array.ctype, array.align, array.is_weights, values.shape, values.dtype.str, values.tobytes())
        if contents not in self.shared:
            symbol = self.unique(f"{self.prefix}_op{self.number:02d}_{names.identifier(array.suffix)}")
            rows = literals.rows(values, array.ctype)
            self.shared[contents] = ConstTable(
                symbol, array.ctype, count, array.align, rows, size, array.is_weights, self.node.op
            )
        return self.shared[contents]

    def unique(self, wanted: str) -> str:
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}_{count}"
        self.taken.add(name)
        return name

    def params(self, argument: ParamsArg) -> str:
        name = self.unique(names.identifier(argument.suffix))
        self.lines.append(f"    static const {argument.ctype} {name} = {{")
        self.lines.extend(self.fields(argument.fields, "        "))
        self.lines.append("    };")
        return f"&{name}"

    def fields(self, fields: tuple[tuple[str, FieldValue], ...], indent: str) -> list[str]:
        """Designated initialisers, several in a line."""
        lines: list[str] = []
        line = indent
        for name, value in fields:
            piece = f".{name} = {self.value(value, indent)},"
            if line != indent and len(line) + len(piece) > 110:
                lines.append(line.rstrip())
                line = indent
            line += piece + " "
        lines.append(line.rstrip())
        return lines

    def value(self, value: FieldValue, indent: str) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, ConstArray):
            # A variant's own packing of channels stands behind a pointer of the plain type.
            own = value.suffix == "channels" and value.ctype != "mcutk_channel"
            return ("(const void *)" if own else "") + self.table(value)
        if isinstance(value, StructValue):
            return "{" + " ".join(piece.strip() for piece in self.fields(value.fields, indent)) + "}"
        if isinstance(value, tuple):
            return "{" + ", ".join(literals.integer(v) for v in value) + "}"
        return literals.floating(value) if isinstance(value, float) else literals.integer(int(value))


def place(offset: int) -> str:
    """An address in the arena."""
    return f"(arena + {offset})" if offset else "arena"


def c_type(dtype: DType) -> str:
    """The C element type of a tensor."""
    return {DType.FLOAT32: "float", DType.BOOL: "uint8_t"}.get(dtype, f"{dtype.value}_t")


def write_step(
    graph: Graph,
    schedule: Schedule,
    plan: MemoryPlan,
    number: int,
    prefix: str,
    shared: dict[Hashable, ConstTable],
) -> CodeStep:
    """One step as C text.

    Args:
        graph: after all passes.
        schedule: steps and aliases.
        plan: placement of all buffers.
        number: which step.
        prefix: of the symbols.
        shared: the tables so far, by contents; new ones are added.

    Raises:
        CompileError: a constant does not fit its C type.
    """
    step = schedule.steps[number]
    node = graph.nodes[step.node]
    writer = _Writer(graph, schedule, plan, number, prefix, step.call, node, shared=shared)
    for invocation in step.call.invocations:
        writer.invocation(invocation)
    meaning = operator(node.op)
    macs = meaning.macs(graph, node) if meaning is not None else 0
    outputs = tuple(
        StepOutput(index, schedule.address(plan, index), graph.tensors[index].bytes) for index in node.outputs
    )
    return CodeStep(
        index=number,
        node=step.node,
        source=node.source,
        op=node.op,
        function=f"op{number:02d}_{names.identifier(node.op)}",
        comments=_comments(graph, schedule, plan, node, step.call, macs),
        lines=tuple(writer.lines),
        outputs=outputs,
        macs=macs,
        uses_arena=writer.uses_arena,
        tables=tuple(table.symbol for table in writer.tables.values()),
    )


def _comments(graph: Graph, schedule: Schedule, plan: MemoryPlan, node: Node, call: Call, macs: int) -> tuple[str, ...]:
    def shown(index: int) -> str:
        tensor = graph.tensors[index]
        shape = "x".join(map(str, tensor.shape)) or "1"
        at = "" if tensor.is_const else f" @{schedule.address(plan, index)}"
        return f"t{index} {shape}{at}"

    reads = ", ".join(shown(i) for i, t in graph.used_inputs(node) if not t.is_const)
    writes = ", ".join(shown(i) for i in node.outputs)
    work = f", {macs} MACs" if macs else ""
    first = f"{node.op}: {reads or 'constants'} -> {writes or 'nothing'}{work}"
    named = f'"{names.comment(graph.tensors[node.outputs[0]].name)}"' if node.outputs else ""
    second = f"{call.name}{': ' + names.comment(call.note) if call.note else ''}; {named}"
    return tuple(textwrap.wrap(first, 108)) + tuple(textwrap.wrap(second, 108))
