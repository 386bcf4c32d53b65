"""What ``mcutk inspect`` says about a model: every node, what it costs, and what is unsupported and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.compiler.report import constant_bytes, graph_macs, live_bound, node_macs
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target

SCHEMA = "mcutk.inspect/1"


def inspect_report(graph: Graph, target: Target | None = None, *, modes: bool = False) -> dict[str, Any]:
    """The report of a model, whether or not it can be compiled.

    Args:
        graph: as read from the file.
        target: what to compile for; a core without SIMD by default.
        modes: also compile for each `--optimize` mode, so that the user can choose.

    Returns:
        Plain data by the schema ``mcutk.inspect/1``. Where the model has unsupported nodes, `macs.after_passes`,
        `ram.arena` and `weights_bytes.after_passes` are None. A node that the passes removed has `kernel` None.
        `cost_estimate` is in instructions, estimated, not measured.
    """
    target = target or Target(PORTABLE, "cortex-m3")
    problems = unsupported(graph)
    compiled = None if problems else compile_model(graph, target)
    report = compiled.report if compiled else None
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "model_sha256": graph.sha256,
        "target": {"isa": target.isa.id, "core": target.core, "optimize": target.optimize.value},
        "inputs": [_border(graph, index) for index in graph.inputs],
        "outputs": [_border(graph, index) for index in graph.outputs],
        "macs": {"model": graph_macs(graph), "after_passes": report.macs if report else None},
        "ram": {
            "arena": report.arena_bytes if report else None,
            "no_overlap": report.arena_no_overlap if report else live_bound(graph),
            "no_overlap_model": live_bound(graph),
            "overlap_bound": report.arena_overlap_bound if report else None,
            "optimal": report.arena_optimal if report else None,
        },
        "weights_bytes": {
            "model": report.weights_bytes_model if report else constant_bytes(graph, graph.nodes),
            "after_passes": report.weights_bytes if report else None,
        },
        "cost_estimate": report.cost if report else None,
        "unsupported": [{"node": p.node, "operator": p.operator, "reason": p.reason} for p in problems],
        "nodes": [_node(graph, index, node, compiled) for index, node in enumerate(graph.nodes)],
    }
    if modes and compiled is not None:
        data["modes"] = {mode.value: _mode(graph, replace(target, optimize=mode)) for mode in Optimize}
    return data


def _mode(graph: Graph, target: Target) -> dict[str, int]:
    report = compile_model(graph, target).report
    return {
        "arena": report.arena_bytes,
        "cost_estimate": report.cost,
        "weights_bytes": report.weights_bytes,
        "table_bytes": report.table_bytes,
    }


def _border(graph: Graph, index: int) -> dict[str, Any]:
    tensor = graph.tensors[index]
    quant = tensor.quant
    return {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "dtype": tensor.dtype.value,
        "scale": float(quant.scale[0]) if quant is not None and quant.scale.size else None,
        "zero_point": int(quant.zero_point[0]) if quant is not None and quant.zero_point.size else None,
    }


def _node(graph: Graph, index: int, node: Node, compiled: Compiled | None) -> dict[str, Any]:
    """One node of the file; the steps that it became tell the rest. There are several where it runs strip by strip."""
    layers = [x for x in compiled.report.layers if x.source == index] if compiled else []
    last = layers[-1] if layers else None
    return {
        "index": index,
        "operator": node.op,
        "name": graph.tensors[node.outputs[0]].name if node.outputs else "",
        "shape": list(graph.tensors[node.outputs[0]].shape) if node.outputs else [],
        "macs": node_macs(graph, node),
        "weights_bytes": constant_bytes(graph, [node]),
        "steps": [layer.index for layer in layers],
        "macs_after_passes": sum(layer.macs for layer in layers) if compiled else None,
        "shape_after_passes": list(last.shape) if last else None,
        "kernel": last.kernel if last else None,
        "cost_estimate": sum(layer.cost for layer in layers) if layers else None,
        "arena_offset": last.arena_offset if last else None,
        "scratch_bytes": max(layer.scratch_bytes for layer in layers) if layers else None,
        "in_place": last.in_place if last else None,
        "live": [min(x.live[0] for x in layers), max(x.live[1] for x in layers)] if layers else None,
    }
