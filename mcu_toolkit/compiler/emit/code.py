"""One step as C text: the static function that calls its kernels, with their parameter structs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mcu_toolkit.compiler.call import (
    C_TYPES,
    Argument,
    Call,
    ConstArg,
    ConstArray,
    FieldValue,
    FloatArg,
    IntArg,
    Invocation,
    ParamsArg,
    ScratchArg,
    ScratchField,
    StructValue,
    TensorArg,
)
from mcu_toolkit.compiler.emit import literals, names
from mcu_toolkit.compiler.emit.tables import ConstTable, Tables
from mcu_toolkit.compiler.plan.problem import MemoryPlan
from mcu_toolkit.compiler.plan.schedule import Schedule
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import operator

#: Longest line of code.
_WIDTH = 110


@dataclass(frozen=True)
class StepOutput:
    """Where an output of a step lies once the step has run."""

    tensor: int
    offset: int
    bytes: int


@dataclass(frozen=True, eq=False)
class CodeStep:
    """A step as the templates print it.

    Attributes:
        index: number of the step.
        node, source: index of its node in the graph after passes and in the model file.
        op: TFLite name.
        function: C name of the static function.
        comments: lines above the function.
        lines: its body.
        outputs: tensors that it writes.
        macs: multiply-accumulates.
        uses_arena: whether the body reads its parameter.
        tables: constant tables that it reads.
    """

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
    tables: tuple[ConstTable, ...]


@dataclass
class _Writer:
    """Collects the lines and tables of one step."""

    graph: Graph
    schedule: Schedule
    plan: MemoryPlan
    number: int
    call: Call
    node: Node
    tables: Tables
    lines: list[str] = field(default_factory=list)
    used: dict[str, ConstTable] = field(default_factory=dict)
    params_names: set[str] = field(default_factory=set)
    uses_arena: bool = False

    def invocation(self, invocation: Invocation) -> None:
        arguments = [self.argument(a) for a in invocation.arguments]
        line = f"    {invocation.function}("
        for position, text in enumerate(arguments):
            last = position == len(arguments) - 1
            piece = text + (");" if last else ",")
            if len(line) + len(piece) + 1 > _WIDTH:
                self.lines.append(line.rstrip())
                line = "        "
            line += piece + ("" if last else " ")
        self.lines.append(line if arguments else line + ");")

    def argument(self, argument: Argument) -> str:
        if isinstance(argument, TensorArg):
            return self.tensor(argument)
        if isinstance(argument, ScratchArg):
            if argument.offset >= self.call.scratch_bytes:
                return "NULL"
            return self.place("uint8_t *", 1, self.plan.offsets[("scratch", self.number)] + argument.offset)
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
        offset = self.schedule.address(self.plan, argument.index) + argument.offset
        written = argument.index in self.node.outputs or tensor.variable
        ctype, size = ("uint8_t", 1) if argument.as_bytes else (c_type(tensor.dtype), tensor.dtype.bytes)
        return self.place(f"{'' if written else 'const '}{ctype} *", size, offset)

    def place(self, pointer: str, size: int, offset: int) -> str:
        """A typed pointer into the arena; the offset is in bytes, and the division by the element's size shows it."""
        self.uses_arena = True
        if offset % size:
            raise CompileError(f"node {self.node.source}: a tensor lies at the odd offset {offset}")
        step = f"{offset} / {size}" if size > 1 else str(offset)
        return f"({pointer})arena" + (f" + {step}" if offset else "")

    def constant_tensor(self, argument: TensorArg, tensor: Tensor) -> str:
        if tensor.data is None or argument.offset % tensor.dtype.bytes:
            raise CompileError(f"node {self.node.source}: a constant input is read at an odd offset")
        ctype = c_type(tensor.dtype)
        values = tensor.data.reshape(-1, tensor.shape[-1]) if len(tensor.shape) > 1 else tensor.data.reshape(-1)
        symbol = self.table(ConstArray(f"t{argument.index}", ctype, values, layout=_shown(tensor)))
        if argument.as_bytes:
            start = symbol if ctype == "uint8_t" else f"(const uint8_t *){symbol}"
            return f"{start} + {argument.offset}" if argument.offset else start
        step = argument.offset // tensor.dtype.bytes
        return f"{symbol} + {step}" if step else symbol

    def table(self, array: ConstArray) -> str:
        owner = f"step {self.number}, {self.node.op}, node {self.node.source} of the model"
        table = self.tables.add(array, f"op{self.number:02d}", owner)
        self.used[table.symbol] = table
        return table.symbol

    def params(self, argument: ParamsArg) -> str:
        name = wanted = names.identifier(argument.suffix)
        while name in self.params_names:
            name = f"{wanted}_{len(self.params_names) + 1}"
        self.params_names.add(name)
        in_scratch = any(isinstance(value, ScratchField) for _, value in argument.fields)
        self.lines.append(f"    {'' if in_scratch else 'static '}const {argument.ctype} {name} = {{")
        self.lines.extend(self.fields(argument.fields, "        "))
        self.lines.append("    };")
        return f"&{name}"

    def fields(self, fields: tuple[tuple[str, FieldValue], ...], indent: str) -> Iterator[str]:
        """Designated initialisers: numbers whose names differ in the last word share a line (``.in_h``, ``.in_w``)."""
        line = ""
        group: str | None = None
        for name, value in fields:
            piece = f".{name} = {self.value(name, value, indent)},"
            alone = isinstance(value, (ConstArray, ScratchField, StructValue))
            start = None if alone else name.rpartition("_")[0]
            if line and (start is None or start != group or len(indent) + len(line) + len(piece) + 1 > _WIDTH):
                yield indent + line
                line = ""
            line, group = f"{line} {piece}" if line else piece, start
        if line:
            yield indent + line

    def value(self, name: str, value: FieldValue, indent: str) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, str):
            return value
        if isinstance(value, ConstArray):
            return self.table(value)
        if isinstance(value, ScratchField):
            size = C_TYPES[value.ctype].itemsize
            offset = self.plan.offsets[("scratch", self.number)] + value.offset
            return self.place(f"const {value.ctype} *", size, offset)
        if isinstance(value, StructValue):
            inner = "\n".join(self.fields(value.fields, indent + "    "))
            return f"{{\n{inner}\n{indent}}}"
        if isinstance(value, tuple):
            return "{" + ", ".join(literals.integer(v) for v in value) + "}"
        if isinstance(value, float):
            return literals.floating(value)
        if name.endswith("multiplier") and name != "depth_multiplier":  # Q31
            return literals.hexadecimal(value, "int32").strip()
        return literals.integer(int(value))


def c_type(dtype: DType) -> str:
    """The C element type of a tensor."""
    return {DType.FLOAT32: "float", DType.BOOL: "uint8_t"}.get(dtype, f"{dtype.value}_t")


def write_step(graph: Graph, schedule: Schedule, plan: MemoryPlan, number: int, tables: Tables) -> CodeStep:
    """One step as C text.

    Args:
        graph: after all passes.
        schedule: steps and aliases.
        plan: placement of all buffers.
        number: which step.
        tables: the model's tables so far; new ones are added.

    Raises:
        CompileError: a constant does not fit its C type.
    """
    step = schedule.steps[number]
    node = graph.nodes[step.node]
    writer = _Writer(graph, schedule, plan, number, step.call, node, tables)
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
        tables=tuple(writer.used.values()),
    )


def _shown(tensor: Tensor) -> str:
    """Shape and whole name of a tensor."""
    return f'{"x".join(map(str, tensor.shape)) or "1"} "{names.comment(tensor.name)}"'


def _comments(graph: Graph, schedule: Schedule, plan: MemoryPlan, node: Node, call: Call, macs: int) -> tuple[str, ...]:
    """Operator, shapes and places, MACs; the kernel; the names of the outputs in the model file."""

    def shown(index: int) -> str:
        tensor = graph.tensors[index]
        shape = "x".join(map(str, tensor.shape)) or "1"
        return f"t{index} {shape} @{schedule.address(plan, index)}"

    reads = ", ".join(shown(i) for i, t in graph.used_inputs(node) if not t.is_const)
    writes = ", ".join(shown(i) for i in node.outputs)
    work = f", {macs} MACs" if macs else ""
    lines = [
        f"{node.op}: {reads or 'constants'} -> {writes or 'nothing'}{work}",
        call.name + (f": {names.comment(call.note)}" if call.note else ""),
        *(f't{i} "{names.comment(graph.tensors[i].name)}"' for i in node.outputs),
    ]
    return tuple(part for line in lines for part in names.wrapped(line, indent="    "))
