"""Figures of a compiled model, from which the records of ``mcutk build`` and ``mcutk inspect`` are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcu_toolkit.compiler.emit.folder import Source
from mcu_toolkit.compiler.plan.assign import Assignment
from mcu_toolkit.compiler.plan.problem import Buffer, Key, live_sums
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.targets.target import Target


@dataclass(frozen=True)
class CompiledLayer:
    """One step of a compiled model.

    Attributes:
        index: step number, as in the generated code and in the device's profile.
        operator: TFLite builtin name.
        source: index of the node in the model file.
        shape: of the first output.
        kernel: C function.
        macs: multiply-accumulates.
        cost: estimated instructions of one inference.
        weights_bytes: weights and biases in flash; steps that read the same table count it each.
        table_bytes: other constants in flash.
        arena_offset: of the first output, in bytes.
        output_bytes: size of the first output.
        live: first and last step at which the first output's bytes are in use.
        scratch_bytes: working memory of the step, inside the arena.
        in_place: whether the output overlaps an input.
    """

    index: int
    operator: str
    source: int
    shape: tuple[int, ...]
    kernel: str
    macs: int
    cost: int
    weights_bytes: int
    table_bytes: int
    arena_offset: int
    output_bytes: int
    live: tuple[int, int]
    scratch_bytes: int
    in_place: bool


@dataclass(frozen=True)
class CompileReport:
    """Figures of a compiled model; MACs count padding as work.

    Attributes:
        isa, core, optimize: instruction set, core and optimization goal that it was compiled for.
        macs_model, macs: multiply-accumulates before and after the passes.
        weights_bytes_model, weights_bytes: bytes of weights and biases, in the file and in flash.
        table_bytes: other constants in flash (multipliers, shifts, look-up tables).
        arena_bytes: size of the arena: activations, variables and scratch.
        arena_no_overlap: live-tensor bound (without overlaps) in bytes, after the passes.
        arena_no_overlap_model: the same of the model as it is in the file.
        arena_overlap_bound: no placement of these kernels needs fewer bytes, overlaps included.
        arena_optimal: whether the placement is proved to be the least for these kernels in this order.
        cost: estimated instructions of one inference.
        layers: one entry per step.
    """

    isa: str
    core: str
    optimize: str
    macs_model: int
    macs: int
    weights_bytes_model: int
    weights_bytes: int
    table_bytes: int
    arena_bytes: int
    arena_no_overlap: int
    arena_no_overlap_model: int
    arena_overlap_bound: int
    arena_optimal: bool
    cost: int
    layers: tuple[CompiledLayer, ...]


def graph_macs(graph: Graph) -> int:
    """Multiply-accumulates of one inference."""
    return sum(node_macs(graph, node) for node in graph.nodes)


def node_macs(graph: Graph, node: Node) -> int:
    """Multiply-accumulates of a node; 0 for an operator that is not known or a form that is not supported."""
    meaning = operator(node.op)
    return meaning.macs(graph, node) if meaning is not None and meaning.check(graph, node) is None else 0


def constant_bytes(graph: Graph, nodes: Sequence[Node]) -> int:
    """Bytes of the constants that nodes read, each counted once."""
    used = {index for node in nodes for index, tensor in graph.used_inputs(node) if tensor.is_const}
    return sum(graph.tensors[index].file_bytes for index in used)


def live_bound(graph: Graph) -> int:
    """Greatest sum of activations and variables live at one node in the graph's own order, in bytes.

    Operators that only give a tensor another shape count as copies, as in an interpreter.
    """
    last = len(graph.nodes)
    ranges: dict[int, tuple[int, int]] = dict.fromkeys(graph.inputs, (0, 0))
    for number, node in enumerate(graph.nodes):
        for index in (*(i for i, t in graph.used_inputs(node) if not t.is_const), *node.outputs):
            first, _ = ranges.get(index, (number, number))
            ranges[index] = (0, last) if graph.tensors[index].variable else (first, number)
    for index in graph.outputs:
        if index in ranges:
            ranges[index] = (ranges[index][0], last)
    spans = ((first, min(end, max(last, 1) - 1), graph.tensors[i].bytes) for i, (first, end) in ranges.items())
    return max(live_sums(spans, max(last, 1)), default=0)


def compile_report(model: Graph, final: Graph, chosen: Assignment, source: Source, target: Target) -> CompileReport:
    """Collect the figures of one compilation.

    Args:
        model: as read from the file.
        final: after all passes.
        chosen: kernels, schedule and plan.
        source: what was emitted.
        target: instruction set, core and optimization goal.
    """
    buffers = {b.key: b for b in chosen.problem.buffers}
    layers = tuple(_layer(final, chosen, source, buffers, number) for number in range(len(chosen.schedule.steps)))
    return CompileReport(
        isa=target.isa.id,
        core=target.core,
        optimize=target.optimize.value,
        macs_model=graph_macs(model),
        macs=graph_macs(final),
        weights_bytes_model=constant_bytes(model, [n for n in model.nodes if _has_weights(model, n)]),
        weights_bytes=sum(table.weights_bytes for table in source.tables),
        table_bytes=sum(table.bytes - table.weights_bytes for table in source.tables),
        arena_bytes=chosen.plan.arena_bytes,
        arena_no_overlap=chosen.plan.no_overlap,
        arena_no_overlap_model=live_bound(model),
        arena_overlap_bound=chosen.plan.overlap_bound,
        arena_optimal=chosen.plan.optimal,
        cost=sum(layer.cost for layer in layers),
        layers=layers,
    )


def _has_weights(graph: Graph, node: Node) -> bool:
    """Whether a node's constants are data that it computes with, not shapes, axes or sizes."""
    return node_macs(graph, node) > 0 or any(
        tensor.is_const and tensor.quant is not None for _, tensor in graph.used_inputs(node)
    )


def _layer(
    graph: Graph, chosen: Assignment, source: Source, buffers: Mapping[Key, Buffer], number: int
) -> CompiledLayer:
    step, code = chosen.schedule.steps[number], source.steps[number]
    node = graph.nodes[step.node]
    key = chosen.schedule.key(node.outputs[0]) if node.outputs else None
    buffer = buffers[key] if key is not None else None
    at = chosen.schedule.address(chosen.plan, node.outputs[0]) if node.outputs else 0
    return CompiledLayer(
        index=number,
        operator=node.op,
        source=node.source,
        shape=graph.tensors[node.outputs[0]].shape if node.outputs else (),
        kernel=step.call.name,
        macs=code.macs,
        cost=step.call.cost,
        weights_bytes=sum(table.weights_bytes for table in code.tables),
        table_bytes=sum(table.bytes - table.weights_bytes for table in code.tables),
        arena_offset=at,
        output_bytes=graph.tensors[node.outputs[0]].bytes if node.outputs else 0,
        live=(buffer.first, buffer.last) if buffer is not None else (number, number),
        scratch_bytes=step.call.scratch_bytes,
        in_place=buffer is not None and _overlaps_input(graph, chosen, node, at, graph.tensors[node.outputs[0]].bytes),
    )


def _overlaps_input(graph: Graph, chosen: Assignment, node: Node, at: int, size: int) -> bool:
    for index, tensor in graph.used_inputs(node):
        if tensor.is_const or tensor.variable or index not in chosen.schedule.root:
            continue
        start = chosen.schedule.address(chosen.plan, index)
        if start < at + size and at < start + tensor.bytes:
            return True
    return False
