"""The invariants of the IR, checked before and after each pass."""

from __future__ import annotations

from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import ABSENT, Graph, Node
from mcu_toolkit.graph.ops import operator


def verify(graph: Graph) -> None:
    """Check a graph.

    Nodes are in executable order; each tensor has one producer, or is a constant, an input or a variable; indices are
    in range; no output of a node is a constant, an input or a variable; contents have their tensor's shape and type;
    each node passes the `check` of its operator and has the shapes that `infer` gives.

    Raises:
        CompileError: the first invariant that is broken, with node and tensor.
    """
    _verify_tensors(graph)
    ready = {i for i, tensor in enumerate(graph.tensors) if tensor.is_const or tensor.variable}
    for index in graph.inputs:
        _in_range(graph, index, "the graph's inputs")
        if index in ready:
            raise CompileError(f"input {index} of the graph is a constant, a variable or named twice")
        ready.add(index)
    for number, node in enumerate(graph.nodes):
        _verify_node(graph, number, node, ready)
        ready.update(node.outputs)
    for index in graph.outputs:
        _in_range(graph, index, "the graph's outputs")
        if index not in ready:
            raise CompileError(f"output {index} of the graph is written by no node")


def _in_range(graph: Graph, index: int, who: str) -> None:
    if not 0 <= index < len(graph.tensors):
        raise CompileError(f"{who} name tensor {index} of {len(graph.tensors)}")


def _verify_tensors(graph: Graph) -> None:
    for index, tensor in enumerate(graph.tensors):
        for contents in (tensor.data, tensor.initial):
            if contents is not None and (
                contents.shape != tensor.shape or contents.dtype.newbyteorder("=") != tensor.dtype.numpy
            ):
                raise CompileError(
                    f"tensor {index} ('{tensor.name}') and its contents differ",
                    expected=f"{tensor.dtype.value} {list(tensor.shape)}",
                    received=f"{contents.dtype} {list(contents.shape)}",
                )
        if tensor.variable and tensor.data is not None:
            raise CompileError(f"tensor {index} ('{tensor.name}') is both a variable and a constant")
        quant = tensor.quant
        if quant is not None and quant.per_channel and tensor.shape[quant.axis] != quant.scale.size:
            raise CompileError(
                f"tensor {index} ('{tensor.name}') has {quant.scale.size} scales along axis {quant.axis}"
            )


def _verify_node(graph: Graph, number: int, node: Node, ready: set[int]) -> None:
    where = f"node {number} ({node.op})"
    for index in node.inputs:
        if index == ABSENT:
            continue
        _in_range(graph, index, where)
        if index not in ready:
            raise CompileError(f"{where} reads tensor {index} before it is written")
    for index in node.outputs:
        _in_range(graph, index, where)
        if index in ready:
            raise CompileError(f"{where} writes tensor {index}, which has a value already")
    if len(set(node.outputs)) != len(node.outputs):
        raise CompileError(f"{where} names an output twice")
    kind = operator(node.op)
    if kind is None:
        raise CompileError(f"{where} is not a registered operator")
    reason = kind.check(graph, node)
    if reason is not None:
        raise CompileError(f"{where} is not supported: {reason}")
    inferred = kind.infer(graph, node)
    shapes = tuple(graph.tensors[index].shape for index in node.outputs)
    if shapes != inferred:
        raise CompileError(
            f"{where} gives another shape than its output has", expected=str(inferred), received=str(shapes)
        )
