"""The report of ``mcutk inspect``: every node of a model, its cost, and what is unsupported and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.compiler.report import CompiledLayer, constant_bytes, graph_macs, live_bound, node_macs
from mcu_toolkit.errors import ModelError, UnsupportedError
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.records.inspect import (
    BeforeAndAfter,
    CompileTarget,
    InspectedBorder,
    InspectedNode,
    InspectedRam,
    InspectRecord,
    ModeFigures,
    UnsupportedNode,
)
from mcu_toolkit.targets.target import PLAIN, Optimize, Target

#: Operator in the entry of a model that is refused as a whole.
WHOLE_MODEL = "MODEL"


def inspect_report(graph: Graph, target: Target = PLAIN, *, name: str = "", modes: bool = False) -> InspectRecord:
    """The report of a model, whether or not it can be compiled.

    Args:
        graph: as read from the file.
        target: what to compile for; a core without SIMD instructions by default.
        name: file name of the model.
        modes: also compile for every optimization goal.
    """
    problems = unsupported(graph)
    compiled = None if problems else compile_model(graph, target)
    report = compiled.report if compiled else None
    layers: dict[int, list[CompiledLayer]] = {}
    for layer in report.layers if report else ():
        layers.setdefault(layer.source, []).append(layer)
    return InspectRecord(
        supported=not problems,
        model=name,
        model_sha256=graph.sha256,
        target=CompileTarget(target.isa.id, target.core, target.optimize.value),
        inputs=tuple(_border(graph, index) for index in graph.inputs),
        outputs=tuple(_border(graph, index) for index in graph.outputs),
        macs=BeforeAndAfter(graph_macs(graph), report.macs if report else None),
        ram=InspectedRam(
            arena=report.arena_bytes if report else None,
            no_overlap=report.arena_no_overlap if report else live_bound(graph),
            no_overlap_model=live_bound(graph),
            arena_overlap_bound=report.arena_overlap_bound if report else None,
            arena_optimal=report.arena_optimal if report else None,
        ),
        weights_bytes=BeforeAndAfter(
            report.weights_bytes_model if report else constant_bytes(graph, graph.nodes),
            report.weights_bytes if report else None,
        ),
        table_bytes=report.table_bytes if report else None,
        cost_estimate=report.cost if report else None,
        unsupported=tuple(UnsupportedNode(p.node, p.operator, p.reason) for p in problems),
        nodes=tuple(
            _node(graph, index, node, compiled, layers.get(index, [])) for index, node in enumerate(graph.nodes)
        ),
        modes={mode.value: _mode(graph, replace(target, optimize=mode)) for mode in Optimize}
        if modes and compiled is not None
        else None,
    )


def unsuitable_report(
    refused: ModelError, target: Target = PLAIN, *, name: str = "", sha256: str = ""
) -> InspectRecord:
    """The report of a model file that is not read as a graph.

    Args:
        refused: `UnsuitableError`, or `UnsupportedError` of the reader.
        target: what it would be compiled for.
        name, sha256: of the file.
    """
    problems = refused.problems if isinstance(refused, UnsupportedError) else ()
    nodes = [UnsupportedNode(problem.node, problem.operator, problem.reason) for problem in problems]
    return InspectRecord(
        supported=False,
        model=name,
        model_sha256=sha256,
        target=CompileTarget(target.isa.id, target.core, target.optimize.value),
        inputs=(),
        outputs=(),
        macs=BeforeAndAfter(None, None),
        ram=InspectedRam(None, None, None, None, None),
        weights_bytes=BeforeAndAfter(None, None),
        table_bytes=None,
        cost_estimate=None,
        unsupported=tuple(nodes) or (UnsupportedNode(refused.node, WHOLE_MODEL, refused.message),),
        nodes=(),
    )


def _mode(graph: Graph, target: Target) -> ModeFigures:
    report = compile_model(graph, target).report
    return ModeFigures(report.arena_bytes, report.cost, report.weights_bytes, report.table_bytes)


def _border(graph: Graph, index: int) -> InspectedBorder:
    tensor = graph.tensors[index]
    quant = tensor.quant
    return InspectedBorder(
        name=tensor.name,
        shape=tensor.shape,
        dtype=tensor.dtype.value,
        scale=float(quant.scale[0]) if quant is not None and quant.scale.size else None,
        zero_point=int(quant.zero_point[0]) if quant is not None and quant.zero_point.size else None,
    )


def _node(
    graph: Graph, index: int, node: Node, compiled: Compiled | None, layers: Sequence[CompiledLayer]
) -> InspectedNode:
    """One node of the file with the steps that it was compiled to; several where it runs strip by strip."""
    last = layers[-1] if layers else None
    return InspectedNode(
        index=index,
        operator=node.op,
        name=graph.tensors[node.outputs[0]].name if node.outputs else "",
        shape=graph.tensors[node.outputs[0]].shape if node.outputs else (),
        macs=node_macs(graph, node),
        weights_bytes=constant_bytes(graph, [node]),
        steps=tuple(layer.index for layer in layers),
        macs_after_passes=sum(layer.macs for layer in layers) if compiled else None,
        shape_after_passes=last.shape if last else None,
        kernel=last.kernel if last else None,
        cost_estimate=sum(layer.cost for layer in layers) if layers else None,
        arena_offset=last.arena_offset if last else None,
        scratch_bytes=max(layer.scratch_bytes for layer in layers) if layers else None,
        in_place=last.in_place if last else None,
        live=(min(x.live[0] for x in layers), max(x.live[1] for x in layers)) if layers else None,
    )
