"""Graph IR: frozen dataclasses that the reader, the passes, the planner and the emitter share.

A graph is a list of tensors and a list of nodes in an executable order. Tensors are named by their index.
Nothing here is mutable: a pass builds a new graph with `dataclasses.replace`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Attrs

Array = npt.NDArray[np.generic]

#: Index in `Node.inputs` of an optional input that the model leaves out.
ABSENT = -1


class DType(str, Enum):
    """Element types that can appear at a node."""

    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"
    BOOL = "bool"
    RESOURCE = "resource"  # the handle of a variable
    OPAQUE = "opaque"  # a type that no operator takes; see `Tensor.type_name`

    @property
    def numpy(self) -> np.dtype[np.generic]:
        """The NumPy dtype; uint8 for RESOURCE and OPAQUE, which have none."""
        return np.dtype(np.uint8) if self in (DType.RESOURCE, DType.OPAQUE) else np.dtype(self.value)

    @property
    def bytes(self) -> int:
        """Bytes per element."""
        return int(self.numpy.itemsize)


@dataclass(frozen=True, eq=False)
class Quant:
    """TFLite affine quantization: ``real = scale * (q - zero_point)``.

    Attributes:
        scale: float32 [1] or [channels]; as stored in the file.
        zero_point: int64, same shape.
        axis: quantized dimension when `scale` has more than one element, else 0.
    """

    scale: npt.NDArray[np.float32]
    zero_point: npt.NDArray[np.int64]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        """Whether each slice along `axis` has a scale of its own."""
        return int(self.scale.size) > 1


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of the graph.

    Attributes:
        name: as in the file; sanitised only where it reaches C.
        shape: static shape; batch is 1 for activations.
        dtype: element type.
        quant: quantization, None where the tensor has none.
        data: contents when the tensor is constant (shape `shape`, dtype `dtype`), else None.
        variable: state kept between calls (SVDF, LSTM, READ_VARIABLE and ASSIGN_VARIABLE).
        initial: contents of a variable after a reset; None means the zero point of an int8 tensor, else 0.
        type_name: the schema's name of the element type, where `dtype` is OPAQUE; ``INT4`` for weights of that type,
            which are held as int8.
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quant: Quant | None = None
    data: Array | None = None
    variable: bool = False
    initial: Array | None = None
    type_name: str = ""

    @property
    def elements(self) -> int:
        """Number of elements."""
        count = 1
        for dim in self.shape:
            count *= dim
        return count

    @property
    def bytes(self) -> int:
        """Size in memory, in bytes."""
        return self.elements * self.dtype.bytes

    @property
    def file_bytes(self) -> int:
        """Size in the model file, in bytes: two INT4 values share a byte."""
        return -(-self.elements // 2) if self.type_name == "INT4" else self.bytes

    @property
    def border_quant(self) -> tuple[float, int]:
        """(scale, zero point) of a model's input or output; (1.0, 0) where the file gives none."""
        if self.quant is None or not self.quant.scale.size:
            return 1.0, 0
        return float(self.quant.scale[0]), int(self.quant.zero_point[0])

    @property
    def is_const(self) -> bool:
        """Whether the contents are known at compile time."""
        return self.data is not None


@dataclass(frozen=True)
class Node:
    """One node: an operator applied to tensors.

    Attributes:
        op: name of the operator, for example ``CONV_2D``; see `Operator.name`.
        inputs: tensor indices; `ABSENT` for an optional input left out.
        outputs: tensor indices.
        attrs: the operator's typed attributes.
        source: index of the node in the model file, kept through passes for messages and reports.
    """

    op: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attrs: Attrs
    source: int = -1


@dataclass(frozen=True)
class Graph:
    """A model: tensors, nodes in executable order, and the indices of the border tensors."""

    name: str
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sha256: str = field(default="")

    def used_inputs(self, node: Node) -> Iterator[tuple[int, Tensor]]:
        """The present inputs of a node as (tensor index, tensor)."""
        for index in node.inputs:
            if index != ABSENT:
                yield index, self.tensors[index]

    def input_tensor(self, node: Node, position: int) -> Tensor | None:
        """The tensor at an input position, None where it is left out."""
        if position >= len(node.inputs) or node.inputs[position] == ABSENT:
            return None
        return self.tensors[node.inputs[position]]

    def producers(self) -> dict[int, int]:
        """Tensor index → index of the node that writes it."""
        return {out: i for i, node in enumerate(self.nodes) for out in node.outputs}

    def consumers(self) -> dict[int, tuple[int, ...]]:
        """Tensor index → indices of the nodes that read it, in order, each once."""
        readers: dict[int, list[int]] = {}
        for i, node in enumerate(self.nodes):
            for index in dict.fromkeys(node.inputs):
                if index != ABSENT:
                    readers.setdefault(index, []).append(i)
        return {index: tuple(nodes) for index, nodes in readers.items()}
