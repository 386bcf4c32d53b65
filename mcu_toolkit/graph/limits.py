"""Limits on the work that a model may ask of the host, whatever its file holds.

They are far above what a microcontroller can hold or compute, and low enough that reading, compiling and simulating a
model takes seconds and less than a gigabyte. The reader has limits of its own on the parts of a file.
"""

from __future__ import annotations

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.ir import DType, Graph, Node

#: Bytes of one activation, and of all activations of one inference together.
MAX_ACTIVATION_BYTES = 1 << 24
MAX_ACTIVATIONS_BYTES = 1 << 27

#: Bytes of constants that all nodes read, beyond the size of the file: many nodes may share one constant.
MAX_SHARED_BYTES = 1 << 25

#: Nodes with int8 weights: each has many kernel variants, which are compared and whose weights are packed.
MAX_LAYERS = 2000

#: Multiply-accumulates of one inference: over a minute on the fastest microcontroller.
MAX_MACS = 1 << 34


def check_limits(graph: Graph, file_bytes: int) -> None:
    """Refuse a graph whose tensors are too large to be analysed.

    Args:
        graph: as read, with its open shapes inferred.
        file_bytes: size of the model file.

    Raises:
        ModelError: with the node at which a limit is exceeded.
    """
    total = read = layers = 0
    for index in (*graph.inputs, *(i for i, tensor in enumerate(graph.tensors) if tensor.variable)):
        total += _activation(graph, index, None)
    for node in graph.nodes:
        total += sum(_activation(graph, index, node) for index in node.outputs)
        read += sum(tensor.bytes for _, tensor in graph.used_inputs(node) if tensor.is_const)
        layers += any(t.is_const and t.dtype is DType.INT8 for _, t in graph.used_inputs(node))
        if layers > MAX_LAYERS:
            raise _too_large(node, "its layers with weights", f"at most {MAX_LAYERS:,}")
        if total > MAX_ACTIVATIONS_BYTES:
            raise _too_large(node, "its activations", f"at most {MAX_ACTIVATIONS_BYTES} bytes together")
        if read > file_bytes + MAX_SHARED_BYTES:
            raise _too_large(
                node,
                "the constants that its nodes read",
                f"at most {MAX_SHARED_BYTES} bytes more than the file, counted for each node that reads them",
            )


def _activation(graph: Graph, index: int, node: Node | None) -> int:
    """Bytes of an activation, which must be within the limit."""
    size = graph.tensors[index].bytes
    if size > MAX_ACTIVATION_BYTES:
        raise _too_large(
            node, f"tensor {index} of shape {list(graph.tensors[index].shape)}", f"at most {MAX_ACTIVATION_BYTES} bytes"
        )
    return size


def _too_large(node: Node | None, what: str, expected: str) -> ModelError:
    return ModelError(
        f"the model is too large for a microcontroller: {what}",
        node=node.source if node is not None else 0,
        expected=expected,
        hint="use a smaller input or fewer layers",
    )
