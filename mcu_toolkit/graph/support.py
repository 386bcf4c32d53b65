"""Finds the nodes of a model that are not supported, with the reason of each."""

from __future__ import annotations

from mcu_toolkit.errors import Unsupported, UnsupportedError
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.limits import MAX_MACS
from mcu_toolkit.graph.ops import OPERATORS, operator
from mcu_toolkit.graph.shape_only import SHAPE_ONLY

#: Unsupported operator that occurs often → what to use in its place.
_INSTEAD = {
    "LSTM": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "RELU_N1_TO_1": "RELU6, or the activation fused into the operator before it",
    "RNN": "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "BIDIRECTIONAL_SEQUENCE_LSTM": "two UNIDIRECTIONAL_SEQUENCE_LSTM",
    "RELU_0_TO_1": "RELU6, or a MINIMUM after a RELU",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "UNIDIRECTIONAL_SEQUENCE_LSTM",
}


def node_reason(graph: Graph, node: Node) -> str | None:
    """Why a node is not supported, with the nearest supported form; None where it is."""
    kind = operator(node.op)
    if kind is None:
        if node.op in SHAPE_ONLY:
            return "computed from data; supported: shape arithmetic on shapes and constants, which is folded away"
        instead = _INSTEAD.get(node.op)
        return "the operator is not supported" + (f"; nearest supported: {instead}" if instead else "")
    reason = kind.check(graph, node)
    if reason is not None:
        return reason if "supported:" in reason else f"{reason}; supported: {kind.forms}"
    for index, shape in zip(node.outputs, kind.infer(graph, node), strict=True):
        if graph.tensors[index].shape != shape:
            return f"its output has shape {list(graph.tensors[index].shape)}, but its inputs give {list(shape)}"
    return None


def unsupported(graph: Graph) -> tuple[Unsupported, ...]:
    """Every node that cannot be compiled, in order of the nodes; `Unsupported.node` is the index in the model file."""
    found, macs = [], 0
    for index, node in enumerate(graph.nodes):
        reason = node_reason(graph, node)
        if reason is None and macs <= MAX_MACS:
            macs += OPERATORS[node.op].macs(graph, node)
            if macs > MAX_MACS:
                reason = f"with it one inference takes {macs:,} multiply-accumulates; supported: at most {MAX_MACS:,}"
        if reason is not None:
            found.append(Unsupported(node.source if node.source >= 0 else index, node.op, reason))
    return tuple(found)


def require_supported(graph: Graph) -> None:
    """Refuse a model with unsupported nodes.

    Raises:
        UnsupportedError: names each such node, its operator and the nearest supported form.
    """
    problems = unsupported(graph)
    if problems:
        raise UnsupportedError(problems)
