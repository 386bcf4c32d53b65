"""The compiler as one function, from a graph to the generated folder and its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcu_toolkit.compiler import passes
from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.card import NO_CARD, ModelCard
from mcu_toolkit.compiler.emit import folder, names
from mcu_toolkit.compiler.lean import least_ram
from mcu_toolkit.compiler.plan.assign import Assignment, assign
from mcu_toolkit.compiler.plan.check import check, check_execution
from mcu_toolkit.compiler.plan.problem import MemoryPlan, PlanProblem
from mcu_toolkit.compiler.plan.schedule import Schedule
from mcu_toolkit.compiler.report import CompileReport, compile_report
from mcu_toolkit.compiler.select import Selector
from mcu_toolkit.errors import UnsupportedError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.targets.target import Optimize, Target


@dataclass(frozen=True, eq=False)
class Compiled:
    """A compiled model.

    Attributes:
        name: prefix of files, functions and macros.
        target: what it was compiled for.
        graph: after all passes.
        schedule: the steps in order, and which tensors share storage.
        problem: buffers and permitted overlaps that the planner was given.
        plan: offset of every buffer in the arena.
        table_symbols: C name of each constant table → number of its bytes that are weights or biases; the rest are
            multipliers and shifts, or entries of a look-up table.
        files: the generated folder, file name → contents. The same model gives the same bytes on every machine.
        report: MACs, bytes and estimated instructions.
    """

    name: str
    target: Target
    graph: Graph
    schedule: Schedule
    problem: PlanProblem
    plan: MemoryPlan
    table_symbols: Mapping[str, int]
    files: Mapping[str, bytes]
    report: CompileReport

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls in order."""
        return tuple(step.call for step in self.schedule.steps)

    @property
    def step_tensors(self) -> tuple[int, ...]:
        """Tensor indices in the order in which the steps write them."""
        return tuple(index for step in self.schedule.steps for index in self.graph.nodes[step.node].outputs)


def compile_model(
    graph: Graph,
    target: Target,
    name: str = "model",
    *,
    model: bytes | None = None,
    card: ModelCard = NO_CARD,
    selector: Selector | None = None,
) -> Compiled:
    """Compile a model.

    Args:
        graph: as read from the file; it is not changed.
        target: instruction set, core and optimization goal.
        name: prefix of the generated files, functions and macros; models of different names link into one program.
        model: the flatbuffer, to add it to the generated folder as a C array; None to leave it out.
        card: class names and input normalization for the generated header.
        selector: finds the kernel variants of each node; by default a `Selector` of the target.

    Raises:
        ConfigError: `name` cannot be a prefix in C, or `card` does not fit the model.
        UnsupportedError: nodes that cannot be compiled; the error names all of them.
        CompileError: the compiler broke one of its own invariants.
    """
    prefix = names.prefix(name)
    problems = unsupported(graph)
    if problems:
        raise UnsupportedError(problems)
    verify(graph)
    final = passes.run_all(graph)
    final, chosen = _assign(final, selector or Selector(target))
    check(chosen.plan, chosen.problem)
    check_execution(final, chosen.schedule, chosen.plan)
    files, source = folder.emit(final, chosen.schedule, chosen.problem, chosen.plan, prefix, model=model, card=card)
    report = compile_report(graph, final, chosen, source, target)
    tables = {table.symbol: table.weights_bytes for table in source.tables}
    return Compiled(prefix, target, final, chosen.schedule, chosen.problem, chosen.plan, tables, files, report)


def _assign(graph: Graph, selector: Selector) -> tuple[Graph, Assignment]:
    """Kernels and memory plan. For the goal `ram`, the graph is also tried in strips; the smaller arena is taken."""
    chosen = assign(graph, selector.options(graph), selector.target)
    if selector.target.optimize is not Optimize.RAM:
        return graph, chosen
    strips = least_ram(graph, selector)
    if strips is graph:
        return graph, chosen
    verify(strips)
    leaner = assign(strips, selector.options(strips), selector.target)
    return (strips, leaner) if leaner.plan.arena_bytes < chosen.plan.arena_bytes else (graph, chosen)
