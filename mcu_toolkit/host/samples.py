"""Samples as the host's reference implementations take them: one array [N, ...] for each input of the model."""

from __future__ import annotations

from collections.abc import Sequence

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.block import sample_shape
from mcu_toolkit.graph.ir import Array, Graph


def check_samples(graph: Graph, inputs: Sequence[Array]) -> tuple[list[Array], int]:
    """Samples in the shapes of the model's inputs.

    Args:
        inputs: one array [N, ...] for each input of the model, of its type.

    Returns:
        Arrays [N, *shape] and N.

    Raises:
        ModelError: the number, type or size of the arrays is not that of the model's inputs.
    """
    if len(inputs) != len(graph.inputs):
        raise ModelError(
            "the number of inputs is not the model's", expected=str(len(graph.inputs)), received=str(len(inputs))
        )
    count = len(inputs[0]) if inputs else 1
    shaped = []
    for index, array in zip(graph.inputs, inputs, strict=True):
        tensor = graph.tensors[index]
        if array.dtype != tensor.dtype.numpy or array.size != count * tensor.elements:
            raise ModelError(
                f"the input '{tensor.name}' does not fit",
                expected=f"{tensor.dtype.value} [{count}, {', '.join(str(d) for d in sample_shape(tensor.shape))}]",
                received=f"{array.dtype} {list(array.shape)}",
            )
        shaped.append(array.reshape(count, *tensor.shape))
    return shaped, count
