"""Kinds of models that are refused as a whole, each in one line: what the model is, and the one thing to do.

They are recognized before single nodes are examined, whose reasons would say less.
"""

from __future__ import annotations

from mcu_toolkit.errors import UnsuitableError
from mcu_toolkit.graph.ir import ABSENT, DType, Graph, Node, Tensor
from mcu_toolkit.graph.support import node_reason

#: Operators that run a subgraph under a condition.
_CONTROL_FLOW = frozenset({"WHILE", "IF", "CALL", "STABLEHLO_WHILE", "STABLEHLO_CASE"})
_INTEGERS = frozenset({DType.INT8, DType.UINT8, DType.INT16})
_CONVERT = "convert it again to full-integer int8 (mcutk convert MODEL --data DIR)"


def refuse_foreign(nodes: tuple[Node, ...]) -> None:
    """Refuse models of another compiler or runtime, and control flow, by the names of their operators.

    Raises:
        UnsuitableError: what the model is, and what to do.
    """
    for node in nodes:
        if node.op in ("CUSTOM(ethos-u)", "BUILTIN(ethos-u)"):
            raise UnsuitableError(
                "the model was compiled by Vela for an Arm Ethos-U: pass the .tflite file that Vela was given",
                node=node.source,
            )
        if node.op.startswith("CUSTOM(Flex"):
            raise UnsuitableError(
                f"the model holds TensorFlow (Flex) operators, {node.op[7:-1]} for one: convert it with "
                "TFLITE_BUILTINS_INT8 as the only supported operators, and unroll recurrent layers (unroll=True)",
                node=node.source,
            )
    for node in nodes:
        if node.op in _CONTROL_FLOW:
            raise UnsuitableError(
                f"the model holds control flow ({node.op}): convert it with unrolled recurrent layers (unroll=True)",
                node=node.source,
            )


def refuse_types(graph: Graph) -> None:
    """Refuse legacy uint8, float16 weights, int8 weights with float activations, and float32 models.

    Raises:
        UnsuitableError: what the model is, and what to do.
    """
    for node in graph.nodes:
        for _, tensor in graph.used_inputs(node):
            if tensor.is_const and tensor.dtype is DType.UINT8 and tensor.quant is not None and len(tensor.shape) > 1:
                raise UnsuitableError(
                    f"the model is quantized in legacy uint8 (TensorFlow 1): {_CONVERT}", node=node.source
                )
            if tensor.type_name == "FLOAT16":
                raise UnsuitableError(
                    f"the model's weights are float16, and it computes in float32: {_CONVERT}", node=node.source
                )
    written = {out: node for node in graph.nodes for out in node.outputs}
    kinds = {graph.tensors[i].dtype for i in (*graph.inputs, *written)}
    if DType.FLOAT32 not in kinds or kinds & _INTEGERS:
        return
    culprit = next((node.source for out, node in written.items() if graph.tensors[out].dtype is DType.FLOAT32), 0)
    if any(tensor.dtype is DType.INT8 and tensor.is_const for tensor in graph.tensors):
        what = "is hybrid (dynamic range): its weights are int8, but it computes in float32"
    else:
        what = "computes in float32"
    raise UnsuitableError(f"the model {what}: {_CONVERT}", node=culprit)


def refuse_dynamic(graph: Graph, dynamic: frozenset[int]) -> None:
    """Refuse a model with a node that its open shapes leave unsupported.

    Args:
        graph: shapes inferred and shape arithmetic folded.
        dynamic: tensors whose shape the file leaves open in another dimension than the first.

    Raises:
        UnsuitableError: what the model is, and what to do.
    """
    for node in graph.nodes if dynamic else ():
        touched = dynamic & {index for index in (*node.inputs, *node.outputs) if index != ABSENT}
        if touched and node_reason(graph, node) is not None:
            name = _short(graph.tensors[min(touched)])
            raise UnsuitableError(
                f"the model has dynamic shapes (tensor '{name}'): convert it with fixed input shapes, batch 1",
                node=node.source,
            )


def _short(tensor: Tensor) -> str:
    return tensor.name[:60]
