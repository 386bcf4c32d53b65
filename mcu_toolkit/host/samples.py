"""How the host's references take samples: one array for each input of the model, the first axis counting samples."""

from __future__ import annotations

from collections.abc import Sequence

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.ir import Array, Graph


def sample_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one sample of a tensor: a batch dimension of 1 is merged with the axis of samples."""
    return shape[1:] if shape and shape[0] == 1 else shape


def check_samples(graph: Graph, inputs: Sequence[Array]) -> tuple[list[Array], int]:
    """Samples in the shapes of the model's inputs.

    Args:
        inputs: one array [N, ...] for each input of the model, of its type.

    Returns:
        Arrays [N, *shape] and N.

    Raises:
        ModelError: another number, type or size than the model's.
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
