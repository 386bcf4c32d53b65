"""Writes the generated folder: computes every value that the templates in firmware/templates loop over and print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from mcu_toolkit import __version__
from mcu_toolkit.compiler.call import ConstArray
from mcu_toolkit.compiler.card import NO_CARD, ModelCard
from mcu_toolkit.compiler.emit import literals, names
from mcu_toolkit.compiler.emit.borders import Border, PixelInput, class_strings, find_borders, pixel_input
from mcu_toolkit.compiler.emit.code import CodeStep, c_type, write_step
from mcu_toolkit.compiler.emit.kernel_files import kernel_files
from mcu_toolkit.compiler.emit.tables import ConstTable, Tables
from mcu_toolkit.compiler.plan.problem import Buffer, MemoryPlan, PlanProblem
from mcu_toolkit.compiler.plan.schedule import Schedule
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.requantize import reset_value
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.templates import render_firmware

#: The kernel ABI (``MCUTK_KERNEL_ABI``) that this emitter writes for.
KERNEL_ABI = 2
#: Name of the folder that the files go to; an Arduino sketch bears the name of its folder.
FOLDER = "src"


@dataclass(frozen=True)
class Reset:
    """A variable that `<prefix>_reset` fills: with a byte, or from a table where `table` names one."""

    offset: int
    bytes: int
    value: int
    table: str
    comment: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Source:
    """What is emitted, as the templates see it.

    Attributes:
        prefix, upper: of files and functions, and of macros.
        version: of mcutk.
        abi: kernel ABI.
        sha256: of the .tflite file.
        plan: placement in the arena.
        inputs, outputs: borders of the model.
        pixels: normalization of image inputs; None where not known.
        classes: C string literals.
        resets: variables and their initial contents.
        steps: static functions in order.
        tables: constants in flash.
        headers: kernel headers to include.
        plan_rows: lines of the comment that shows the plan.
        macs: multiply-accumulates of one inference.
        c_sources: files to compile.
        portable: whether all kernels are portable C, so that the host's compiler can build a program of them.
    """

    prefix: str
    upper: str
    version: str
    abi: int
    sha256: str
    plan: MemoryPlan
    inputs: tuple[Border, ...]
    outputs: tuple[Border, ...]
    pixels: PixelInput | None
    classes: tuple[str, ...]
    resets: tuple[Reset, ...]
    steps: tuple[CodeStep, ...]
    tables: tuple[ConstTable, ...]
    headers: tuple[str, ...]
    plan_rows: tuple[str, ...]
    macs: int
    c_sources: tuple[str, ...]
    portable: bool

    @property
    def quantizes(self) -> bool:
        """Whether an input or output stands for real numbers by a scale and a zero point."""
        return any(border.quantized for border in (*self.inputs, *self.outputs))

    @property
    def step_outputs(self) -> tuple[tuple[int, int, int, int], ...]:
        """A row (offset, bytes, step, tensor) for every tensor that a step writes."""
        return tuple((o.offset, o.bytes, step.index, o.tensor) for step in self.steps for o in step.outputs)


def emit(
    graph: Graph,
    schedule: Schedule,
    problem: PlanProblem,
    plan: MemoryPlan,
    prefix: str,
    *,
    model: bytes | None = None,
    card: ModelCard = NO_CARD,
) -> tuple[dict[str, bytes], Source]:
    """The generated folder as file name → contents, and the values behind it.

    Args:
        graph: after all passes.
        schedule: steps and aliases.
        problem: what the planner was asked.
        plan: checked placement.
        prefix: of files, functions and macros; checked by `names.prefix`.
        model: the flatbuffer for ``<prefix>_data.h/.c``, or None to leave them out.
        card: class names and normalization for the header.

    Raises:
        CompileError: the prefix clashes with a kernel file, or a constant does not fit its C type.
        ConfigError: the card does not fit the model.
    """
    tables = Tables(prefix)
    steps = tuple(write_step(graph, schedule, plan, number, tables) for number in range(len(schedule.steps)))
    resets = _resets(graph, schedule, plan, tables)
    inputs = find_borders(graph, schedule, plan, prefix, outputs=False)
    outputs = find_borders(graph, schedule, plan, prefix, outputs=True)
    quantizes = any(border.quantized for border in (*inputs, *outputs))
    templates = _own_files(prefix, quantizes=quantizes, with_data=model is not None)
    kernels = kernel_files(path for step in schedule.steps for path in (*step.call.sources, *step.call.headers))
    clash = sorted(set(kernels) & set(templates))
    if clash:
        raise CompileError(f"the model name '{prefix}' clashes with the kernel file {clash[0]}")
    source = Source(
        prefix=prefix,
        upper=prefix.upper(),
        version=__version__,
        abi=KERNEL_ABI,
        sha256=graph.sha256,
        plan=plan,
        inputs=inputs,
        outputs=outputs,
        pixels=pixel_input(graph, card),
        classes=class_strings(graph, card),
        resets=resets,
        steps=steps,
        tables=tables.all,
        headers=tuple(sorted({PurePosixPath(h).name for s in schedule.steps for h in s.call.headers})),
        plan_rows=_plan_rows(graph, problem, plan),
        macs=sum(step.macs for step in steps),
        c_sources=tuple(sorted(file for file in (*templates, *kernels) if file.endswith((".c", ".S")))),
        portable=all(PurePosixPath(c).parts[0] == PORTABLE.id for s in schedule.steps for c in s.call.sources),
    )
    data = {"bytes": len(model), "rows": literals.rows(np.frombuffer(model, np.uint8), "uint8_t")} if model else {}
    files = {file: render_firmware(template, m=source, **data) for file, template in templates.items()}
    return {**files, **kernels}, source


def _own_files(prefix: str, *, quantizes: bool, with_data: bool) -> Mapping[str, str]:
    """File name → template of the files that are written for the model."""
    files = {
        f"{prefix}.h": "model.h.j2",
        f"{prefix}.c": "model.c.j2",
        f"{prefix}_weights.h": "model_weights.h.j2",
        f"{prefix}_weights.c": "model_weights.c.j2",
        f"{FOLDER}.ino": "model_sketch.ino.j2",
        "Makefile": "model_makefile.j2",
    }
    if quantizes:
        files[f"{prefix}_quantize.c"] = "model_quantize.c.j2"
    if with_data:
        files |= {f"{prefix}_data.h": "model_data.h.j2", f"{prefix}_data.c": "model_data.c.j2"}
    return files


def _resets(graph: Graph, schedule: Schedule, plan: MemoryPlan, tables: Tables) -> tuple[Reset, ...]:
    """What `<prefix>_reset` writes: one byte repeated where that is all a variable holds, else a table in flash."""
    found: list[Reset] = []
    for index, tensor in enumerate(graph.tensors):
        key = ("tensor", index)
        if not tensor.variable or schedule.root.get(index) != index or key not in plan.offsets:
            continue
        contents = reset_value(tensor)
        raw = np.frombuffer(np.ascontiguousarray(contents).tobytes(), np.uint8)
        table = ""
        if (raw != raw[0]).any():
            array = ConstArray(f"t{index}", c_type(tensor.dtype), contents.reshape(-1), is_weights=False)
            table = tables.add(array, "initial", "initial contents of a variable").symbol
        comment = names.wrapped(f'"{names.comment(tensor.name)}"')
        found.append(Reset(plan.offsets[key], tensor.bytes, int(raw[0]), table, comment))
    return tuple(found)


def _plan_rows(graph: Graph, problem: PlanProblem, plan: MemoryPlan) -> tuple[str, ...]:
    """The plan as comment lines in order of time: offset, bytes, steps at which the bytes are in use, what.

    The name of a tensor stands above the step that writes it; here only those that no step writes have theirs.
    """
    written = {index for node in graph.nodes for index in node.outputs}

    def what(buffer: Buffer) -> str:
        kind, number = buffer.key
        if kind == "scratch":
            return f"scratch of step {number}"
        tensor = graph.tensors[number]
        name = "" if number in written else f' "{names.comment(tensor.name)}"'
        return f"t{number} {'x'.join(map(str, tensor.shape)) or '1'}{name}"

    rows: list[str] = []
    for b in sorted(problem.buffers, key=lambda b: (b.first, b.last, b.key)):
        steps = f"{b.first}-{min(b.last, problem.steps - 1)}"
        start = f"{plan.offsets[b.key]:8d} {b.size:8d}  {steps:>9}  "
        rows.extend(names.wrapped(start + what(b), indent=" " * len(start)))
    return tuple(rows)
