"""Writes the generated folder: computes every value that the templates in firmware/templates loop over and print."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from mcu_toolkit import __version__
from mcu_toolkit.compiler.emit import literals, names
from mcu_toolkit.compiler.emit.code import CodeStep, ConstTable, c_type, write_step
from mcu_toolkit.compiler.emit.kernel_files import kernel_files
from mcu_toolkit.compiler.plan.problem import MemoryPlan, PlanProblem
from mcu_toolkit.compiler.plan.schedule import Schedule
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.requantize import reset_value
from mcu_toolkit.templates import render_firmware

#: The kernel ABI (``MCUTK_KERNEL_ABI``) that this emitter writes for.
KERNEL_ABI = 1
#: Name of the folder that the files go to; an Arduino sketch bears the name of its folder.
FOLDER = "src"


@dataclass(frozen=True)
class Border:
    """A model input or output for the header: macro name, C type, place, shape as text, quantization as literals."""

    macro: str
    function: str
    ctype: str
    offset: int
    bytes: int
    elements: int
    dims: tuple[int, ...]
    scale: str
    zero_point: int
    name: str


@dataclass(frozen=True)
class Reset:
    """A variable that `model_reset` fills: with a byte, or from a table where `table` names one."""

    offset: int
    bytes: int
    value: int
    table: str
    name: str


@dataclass(frozen=True, eq=False)
class Source:
    """What is emitted, as the templates see it."""

    prefix: str
    upper: str
    version: str
    abi: int
    sha256: str
    plan: MemoryPlan
    inputs: tuple[Border, ...]
    outputs: tuple[Border, ...]
    resets: tuple[Reset, ...]
    steps: tuple[CodeStep, ...]
    tables: tuple[ConstTable, ...]
    headers: tuple[str, ...]
    plan_rows: tuple[str, ...]
    macs: int
    c_sources: tuple[str, ...]

    @property
    def step_outputs(self) -> tuple[tuple[int, int, int, int], ...]:
        """A row (offset, bytes, step, tensor) for every tensor that a step writes."""
        return tuple((o.offset, o.bytes, step.index, o.tensor) for step in self.steps for o in step.outputs)


def emit(
    graph: Graph, schedule: Schedule, problem: PlanProblem, plan: MemoryPlan, prefix: str, model: bytes | None
) -> tuple[dict[str, bytes], Source]:
    """The generated folder as file name → contents, and the values behind it.

    Args:
        graph: after all passes.
        schedule: steps and aliases.
        problem: what the planner was asked.
        plan: checked placement.
        prefix: of files, functions and macros; checked by `names.prefix`.
        model: the flatbuffer for ``model_data.h/.c``, or None to leave them out.
    """
    steps, tables = _steps(graph, schedule, plan, prefix)
    resets, initial = _resets(graph, schedule, plan, prefix)
    kernels = kernel_files([path for step in schedule.steps for path in (*step.call.sources, *step.call.headers)])
    own = [f"{prefix}.c", f"{prefix}_weights.c"] + ([f"{prefix}_data.c"] if model is not None else [])
    clash = set(kernels) & {*own, f"{prefix}.h"}
    if clash:
        raise CompileError(f"the model name '{prefix}' clashes with the kernel file {sorted(clash)[0]}")
    source = Source(
        prefix=prefix,
        upper=prefix.upper(),
        version=__version__,
        abi=KERNEL_ABI,
        sha256=graph.sha256,
        plan=plan,
        inputs=_borders(graph, schedule, plan, prefix, graph.inputs, "INPUT"),
        outputs=_borders(graph, schedule, plan, prefix, graph.outputs, "OUTPUT"),
        resets=resets,
        steps=steps,
        tables=(*tables, *initial),
        headers=tuple(sorted({PurePosixPath(h).name for s in schedule.steps for h in s.call.headers})),
        plan_rows=_plan_rows(graph, problem, plan),
        macs=sum(step.macs for step in steps),
        c_sources=tuple(sorted([*own, *(f for f in kernels if f.endswith((".c", ".S")))])),
    )
    files = {file: render_firmware(template, m=source) for file, template in _own_files(prefix).items()}
    if model is not None:
        data = literals.rows(np.frombuffer(model, dtype=np.uint8), "uint8_t")
        files[f"{prefix}_data.h"] = render_firmware("model_data.h.j2", m=source, bytes=len(model))
        files[f"{prefix}_data.c"] = render_firmware("model_data.c.j2", m=source, bytes=len(model), rows=data)
    return {**files, **kernels}, source


def _own_files(prefix: str) -> Mapping[str, str]:
    return {
        f"{prefix}.h": "model.h.j2",
        f"{prefix}.c": "model.c.j2",
        f"{prefix}_weights.h": "model_weights.h.j2",
        f"{prefix}_weights.c": "model_weights.c.j2",
        f"{FOLDER}.ino": "model_sketch.ino.j2",
        "Makefile": "model_makefile.j2",
    }


def _steps(
    graph: Graph, schedule: Schedule, plan: MemoryPlan, prefix: str
) -> tuple[tuple[CodeStep, ...], tuple[ConstTable, ...]]:
    shared: dict[Hashable, ConstTable] = {}
    steps = [write_step(graph, schedule, plan, number, prefix, shared) for number in range(len(schedule.steps))]
    return tuple(steps), tuple(shared.values())


def _borders(
    graph: Graph, schedule: Schedule, plan: MemoryPlan, prefix: str, indices: tuple[int, ...], word: str
) -> tuple[Border, ...]:
    borders = []
    for number, index in enumerate(indices):
        tensor = graph.tensors[index]
        suffix = "" if number == 0 else str(number + 1)
        scale, zero_point = tensor.border_quant
        borders.append(
            Border(
                macro=f"{prefix.upper()}_{word}{suffix}",
                function=f"{prefix}_{word.lower()}{suffix}",
                ctype=c_type(tensor.dtype),
                offset=schedule.address(plan, index),
                bytes=tensor.bytes,
                elements=tensor.elements,
                dims=tensor.shape or (1,),
                scale=literals.floating(scale),
                zero_point=zero_point,
                name=names.comment(tensor.name),
            )
        )
    return tuple(borders)


def _resets(
    graph: Graph, schedule: Schedule, plan: MemoryPlan, prefix: str
) -> tuple[tuple[Reset, ...], tuple[ConstTable, ...]]:
    """What `model_reset` writes: one byte repeated where that is all a variable holds, else a table in flash."""
    found: list[Reset] = []
    tables: list[ConstTable] = []
    for index, tensor in enumerate(graph.tensors):
        key = ("tensor", index)
        if not tensor.variable or schedule.root.get(index) != index or key not in plan.offsets:
            continue
        contents = reset_value(tensor)
        raw = np.frombuffer(np.ascontiguousarray(contents).tobytes(), np.uint8)
        table = ""
        if (raw != raw[0]).any():
            table = f"{prefix}_initial_t{index}"
            ctype = c_type(tensor.dtype)
            lines = literals.rows(contents.reshape(-1), ctype)
            tables.append(ConstTable(table, ctype, tensor.elements, 4, lines, tensor.bytes, False, "initial contents"))
        found.append(Reset(plan.offsets[key], tensor.bytes, int(raw[0]), table, names.comment(tensor.name)))
    return tuple(found), tuple(tables)


def _plan_rows(graph: Graph, problem: PlanProblem, plan: MemoryPlan) -> tuple[str, ...]:
    """The plan as comment lines in order of time: offset, bytes, steps at which the bytes are in use, what."""
    rows = []
    for b in sorted(problem.buffers, key=lambda b: (b.first, b.last, b.key)):
        kind, number = b.key
        steps = f"{b.first}-{min(b.last, problem.steps - 1)}"
        if kind == "scratch":
            what = f"scratch of step {number}"
        else:
            tensor = graph.tensors[number]
            shape = "x".join(map(str, tensor.shape)) or "1"
            what = f"t{number} {shape} {names.comment(tensor.name)}"
        rows.append(f"{plan.offsets[b.key]:8d} {b.size:8d}  {steps:>9}  {what}")
    return tuple(rows)
