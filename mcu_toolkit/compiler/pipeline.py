"""The compiler as one function: graph in, generated folder and report out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcu_toolkit.compiler import emit, names, passes, plan_check
from mcu_toolkit.compiler.assign import Option, assign
from mcu_toolkit.compiler.call import Call, ConvUse
from mcu_toolkit.compiler.lower import lowering
from mcu_toolkit.compiler.plan import Plan, PlanProblem
from mcu_toolkit.compiler.report import CompileReport, compile_report
from mcu_toolkit.compiler.schedule import Schedule, tensor_align
from mcu_toolkit.compiler.select import candidates
from mcu_toolkit.compiler.site import Target
from mcu_toolkit.compiler.views import find_views
from mcu_toolkit.errors import CompileError, UnsupportedError
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.graph.verify import verify


@dataclass(frozen=True, eq=False)
class Compiled:
    """A compiled model.

    Attributes:
        name: prefix of files and symbols, an identifier.
        target: what it was compiled for.
        graph: after all passes.
        schedule: the steps in order, and which tensors share storage.
        problem: what was asked of the planner.
        plan: where everything lies in the arena.
        weight_symbols: C name of each table that holds weights or biases → how many of its bytes are; the rest of a
            table of channels are multipliers and shifts.
        files: the generated folder, file name → contents. The same model gives the same bytes on every machine.
        report: figures for people and for `--json`.
    """

    name: str
    target: Target
    graph: Graph
    schedule: Schedule
    problem: PlanProblem
    plan: Plan
    weight_symbols: Mapping[str, int]
    files: Mapping[str, bytes]
    report: CompileReport

    @property
    def calls(self) -> tuple[Call, ...]:
        """What runs, in order."""
        return tuple(step.call for step in self.schedule.steps)

    @property
    def step_tensors(self) -> tuple[int, ...]:
        """Tensor indices in the order in which the steps write them."""
        return tuple(index for step in self.schedule.steps for index in self.graph.nodes[step.node].outputs)


def compile_model(graph: Graph, target: Target, name: str = "model", *, model: bytes | None = None) -> Compiled:
    """Compile a model.

    Args:
        graph: as read from the file; it is not changed.
        target: instruction set, core, and what the user wants least of.
        name: prefix of the generated files and symbols; made an identifier.
        model: the flatbuffer, to ship it as a C array beside the generated code.

    Raises:
        UnsupportedError: naming every node that the compiler has no code for.
        CompileError: the compiler broke one of its own invariants.
    """
    problems = unsupported(graph)
    if problems:
        raise UnsupportedError(problems)
    verify(graph)
    final = passes.run_all(graph)
    chosen = assign(final, _options(final, target), target)
    plan_check.check(chosen.plan, chosen.problem)
    plan_check.check_execution(final, chosen.schedule, chosen.plan)
    prefix = names.identifier(name)
    files, source = emit.emit(final, chosen.schedule, chosen.problem, chosen.plan, prefix, model)
    report = compile_report(graph, final, chosen, source, target)
    weights = {table.symbol: table.weights_bytes for table in source.tables if table.is_weights}
    return Compiled(prefix, target, final, chosen.schedule, chosen.problem, chosen.plan, weights, files, report)


def _options(graph: Graph, target: Target) -> list[Option]:
    views = find_views(graph, tensor_align(target))
    return [views.get(number) or _option(graph, node, target) for number, node in enumerate(graph.nodes)]


def _option(graph: Graph, node: Node, target: Target) -> Option:
    lower = lowering(node.op)
    if lower is None:
        raise CompileError(f"node {node.source}: {node.op} passed the check but has no lowering")
    lowered = lower(graph, node, target)
    return candidates(lowered, target) if isinstance(lowered, ConvUse) else lowered
