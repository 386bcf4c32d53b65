"""Writes .tflite files without TensorFlow, with the flatbuffers package.

The field numbers are those of tensorflow/lite/schema/schema.fbs, written here independently of the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np

TENSOR_TYPES = {
    "float32": 0, "float16": 1, "int32": 2, "uint8": 3, "int64": 4, "string": 5, "bool": 6, "int16": 7, "int8": 9,
    "resource": 13, "int4": 17,
}  # fmt: skip

#: Builtin operator → (code, number of its options in the union or 0).
OPERATORS = {
    "ADD": (0, 11), "AVERAGE_POOL_2D": (1, 5), "CONCATENATION": (2, 10), "CONV_2D": (3, 1), "DEPTHWISE_CONV_2D": (4, 2),
    "DEQUANTIZE": (6, 0), "FLOOR": (8, 0), "FULLY_CONNECTED": (9, 8), "LOGISTIC": (14, 0), "MAX_POOL_2D": (17, 5),
    "MUL": (18, 21), "RELU": (19, 0), "RELU_N1_TO_1": (20, 0), "RELU6": (21, 0), "RESHAPE": (22, 17),
    "RESIZE_BILINEAR": (23, 15), "SOFTMAX": (25, 9), "SVDF": (27, 6), "TANH": (28, 0), "CUSTOM": (32, 0),
    "PAD": (34, 22), "GATHER": (36, 23), "TRANSPOSE": (39, 26), "MEAN": (40, 27), "SUB": (41, 28), "SQUEEZE": (43, 30),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (44, 71), "STRIDED_SLICE": (45, 32), "SPLIT": (49, 35), "LOG_SOFTMAX": (50, 36),
    "PRELU": (54, 0), "MAXIMUM": (55, 39), "ARG_MAX": (56, 40), "MINIMUM": (57, 39), "PADV2": (60, 43),
    "REDUCE_MAX": (82, 27), "REDUCE_MIN": (89, 27), "SQUARED_DIFFERENCE": (99, 76), "DIV": (42, 29), "RSQRT": (76, 0),
    "EXP": (47, 33), "GELU": (150, 116), "SQRT": (75, 0), "LOG": (73, 0), "SIN": (66, 0), "COS": (108, 84),
    "SQUARE": (92, 66), "NEG": (59, 42), "CEIL": (104, 0), "ROUND": (116, 0), "LESS": (58, 41), "GREATER": (61, 44),
    "GREATER_EQUAL": (62, 45), "LESS_EQUAL": (63, 46), "EQUAL": (71, 53), "NOT_EQUAL": (72, 54),
    "LOGICAL_OR": (84, 60), "LOGICAL_AND": (86, 62), "LOGICAL_NOT": (87, 63), "SELECT": (64, 47),
    "SELECT_V2": (123, 98), "CAST": (53, 37), "BATCH_MATMUL": (126, 101), "CUMSUM": (128, 102),
    "L2_NORMALIZATION": (11, 12), "ADD_N": (106, 82), "ZEROS_LIKE": (93, 67), "ARG_MIN": (79, 57),
    "SIGN": (158, 0), "SPACE_TO_DEPTH": (26, 19),
    "BATCH_TO_SPACE_ND": (37, 24), "SPACE_TO_BATCH_ND": (38, 25), "TILE": (69, 51),
    "DEPTH_TO_SPACE": (5, 94), "UNPACK": (88, 64), "FILL": (94, 68), "MIRROR_PAD": (100, 77), "SPLIT_V": (102, 79),
    "REVERSE_V2": (105, 81), "GATHER_ND": (107, 83), "BROADCAST_TO": (130, 104), "DYNAMIC_UPDATE_SLICE": (151, 117),
    "SLICE": (65, 48), "TRANSPOSE_CONV": (67, 49), "EXPAND_DIMS": (70, 52), "SUM": (74, 27), "SHAPE": (77, 55),
    "PACK": (83, 59), "RESIZE_NEAREST_NEIGHBOR": (97, 74), "ABS": (101, 78),
    "LEAKY_RELU": (98, 75), "ELU": (111, 0), "QUANTIZE": (114, 89), "HARD_SWISH": (117, 91), "CALL_ONCE": (129, 103),
    "VAR_HANDLE": (142, 111), "READ_VARIABLE": (143, 112), "ASSIGN_VARIABLE": (144, 113),
}  # fmt: skip

ACTIVATIONS = {"NONE": 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3, "TANH": 4}
SAME, VALID = 0, 1


@dataclass
class TensorSpec:
    """A tensor to write; `data` makes it a constant, and `signature` has -1 where the file leaves a dimension open."""

    shape: tuple[int, ...]
    dtype: str = "int8"
    scale: Sequence[float] = ()
    zero_point: Sequence[int] = ()
    axis: int = 0
    data: np.ndarray | None = None
    variable: bool = False
    name: str = ""
    signature: tuple[int, ...] = ()


@dataclass
class NodeSpec:
    """An operator to write.

    `op` is a name of `OPERATORS`, ``BUILTIN_n`` for a code that the schema does not have, or ``CUSTOM(name)``. An
    option is (field, kind, value), kinds as `_slot` knows them; `custom` are the option bytes of a custom operator.
    """

    op: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: tuple[tuple[int, str, Any], ...] = ()
    intermediates: tuple[int, ...] = ()
    custom: bytes = b""


@dataclass
class SubgraphSpec:
    """A subgraph to write."""

    tensors: list[TensorSpec] = field(default_factory=list)
    nodes: list[NodeSpec] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    name: str = "main"

    def tensor(self, shape: Sequence[int], dtype: str = "int8", **more: Any) -> int:
        """Add a tensor; its index."""
        spec = TensorSpec(tuple(int(d) for d in shape), dtype, **more)
        spec.name = spec.name or f"t{len(self.tensors)}"
        self.tensors.append(spec)
        return len(self.tensors) - 1

    def const(self, values: Any, dtype: str, **more: Any) -> int:
        """Add a constant; its index."""
        data = np.asarray(values, np.dtype("int8" if dtype == "int4" else dtype))
        return self.tensor(data.shape, dtype, data=data, **more)

    def node(
        self,
        op: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        *options: tuple[int, str, Any],
        intermediates: Sequence[int] = (),
        custom: bytes = b"",
    ) -> None:
        """Add an operator."""
        self.nodes.append(NodeSpec(op, tuple(inputs), tuple(outputs), options, tuple(intermediates), custom))


def write_model(*subgraphs: SubgraphSpec, description: str = "written by tests") -> bytes:
    """A .tflite file of the subgraphs; the first is the main one."""
    builder = flatbuffers.Builder(1024)
    codes = sorted({node.op for graph in subgraphs for node in graph.nodes})
    buffers: list[bytes] = [b""]
    graphs = [_subgraph(builder, graph, codes, buffers) for graph in subgraphs]
    tables = {
        1: _offsets(builder, [_operator_code(builder, op) for op in codes]),
        2: _offsets(builder, graphs),
        3: builder.CreateString(description),
        4: _offsets(builder, [_buffer(builder, data) for data in buffers]),
    }
    builder.StartObject(5)
    builder.PrependUint32Slot(0, 3, 0)
    for slot, offset in tables.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    builder.Finish(builder.EndObject(), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _offsets(builder: Any, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _code(op: str) -> tuple[int, int, str]:
    """(builtin code, number of its options in the union or 0, name of a custom operator) of an operator."""
    if op in OPERATORS:
        return *OPERATORS[op], "Custom" if op == "CUSTOM" else ""
    if op.startswith("BUILTIN_"):
        return int(op.removeprefix("BUILTIN_")), 0, ""
    return OPERATORS["CUSTOM"][0], 0, op.removeprefix("CUSTOM(").removesuffix(")")


def _operator_code(builder: Any, op: str) -> int:
    code, _, name = _code(op)
    custom = builder.CreateString(name) if name else 0
    builder.StartObject(4)
    builder.PrependInt8Slot(0, min(code, 127), 0)
    if custom:
        builder.PrependUOffsetTRelativeSlot(1, custom, 0)
    builder.PrependInt32Slot(2, 1, 0)
    builder.PrependInt32Slot(3, code, 0)
    return int(builder.EndObject())


def _buffer(builder: Any, data: bytes) -> int:
    vector = 0
    if data:
        # Constants are aligned to 16 bytes, as the converter aligns them and as kernels expect.
        builder.StartVector(1, len(data), 16)
        builder.head -= len(data)
        builder.Bytes[builder.head : builder.head + len(data)] = data
        vector = builder.EndVector()
    builder.StartObject(3)
    if vector:
        builder.PrependUOffsetTRelativeSlot(0, vector, 0)
    return int(builder.EndObject())


def _ints(builder: Any, values: Sequence[int]) -> int:
    return int(builder.CreateNumpyVector(np.asarray(values, np.int32)))


def _subgraph(builder: Any, graph: SubgraphSpec, codes: Sequence[str], buffers: list[bytes]) -> int:
    tables = {
        0: _offsets(builder, [_tensor(builder, t, buffers) for t in graph.tensors]),
        1: _ints(builder, graph.inputs),
        2: _ints(builder, graph.outputs),
        3: _offsets(builder, [_node(builder, n, codes.index(n.op)) for n in graph.nodes]),
        4: builder.CreateString(graph.name),
    }
    builder.StartObject(6)
    for slot, offset in tables.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    return int(builder.EndObject())


def _tensor(builder: Any, spec: TensorSpec, buffers: list[bytes]) -> int:
    shape, name, quant = _ints(builder, spec.shape), builder.CreateString(spec.name), _quantization(builder, spec)
    signature = _ints(builder, spec.signature) if spec.signature else 0
    number = 0
    if spec.data is not None:
        buffers.append(np.ascontiguousarray(_nibbles(spec.data) if spec.dtype == "int4" else spec.data).tobytes())
        number = len(buffers) - 1
    builder.StartObject(11)
    builder.PrependUOffsetTRelativeSlot(0, shape, 0)
    builder.PrependInt8Slot(1, TENSOR_TYPES[spec.dtype], 0)
    builder.PrependUint32Slot(2, number, 0)
    builder.PrependUOffsetTRelativeSlot(3, name, 0)
    if quant:
        builder.PrependUOffsetTRelativeSlot(4, quant, 0)
    builder.PrependBoolSlot(5, spec.variable, False)
    if signature:
        builder.PrependUOffsetTRelativeSlot(7, signature, 0)
    builder.PrependBoolSlot(8, True, False)
    return int(builder.EndObject())


def _nibbles(values: np.ndarray) -> np.ndarray:
    """Two values of 4 bits per byte, the first in the low bits."""
    codes = np.pad(values.reshape(-1).astype(np.uint8) & 0xF, (0, values.size % 2))
    return codes[0::2] | codes[1::2] << 4


def _quantization(builder: Any, spec: TensorSpec) -> int:
    if not len(spec.scale):
        return 0
    zero = np.broadcast_to(np.asarray(spec.zero_point if len(spec.zero_point) else [0], np.int64), (len(spec.scale),))
    scales = builder.CreateNumpyVector(np.asarray(spec.scale, np.float32))
    zeros = builder.CreateNumpyVector(np.ascontiguousarray(zero))
    builder.StartObject(7)
    builder.PrependUOffsetTRelativeSlot(2, scales, 0)
    builder.PrependUOffsetTRelativeSlot(3, zeros, 0)
    builder.PrependInt32Slot(6, spec.axis, 0)
    return int(builder.EndObject())


def _node(builder: Any, spec: NodeSpec, code: int) -> int:
    union = _code(spec.op)[1]
    options = _options(builder, spec.options) if union else 0
    inputs, outputs = _ints(builder, spec.inputs), _ints(builder, spec.outputs)
    between = _ints(builder, spec.intermediates) if spec.intermediates else 0
    custom = builder.CreateByteVector(spec.custom) if spec.custom else 0
    builder.StartObject(14)
    builder.PrependUint32Slot(0, code, 0)
    builder.PrependUOffsetTRelativeSlot(1, inputs, 0)
    builder.PrependUOffsetTRelativeSlot(2, outputs, 0)
    if union:
        builder.PrependUint8Slot(3, union, 0)
        builder.PrependUOffsetTRelativeSlot(4, options, 0)
    if custom:
        builder.PrependUOffsetTRelativeSlot(5, custom, 0)
    if between:
        builder.PrependUOffsetTRelativeSlot(8, between, 0)
    return int(builder.EndObject())


def _options(builder: Any, options: Sequence[tuple[int, str, Any]]) -> int:
    made = [(slot, kind, _reference(builder, kind, value)) for slot, kind, value in options]
    builder.StartObject(1 + max((slot for slot, _, _ in made), default=0))
    for slot, kind, value in made:
        _slot(builder, slot, kind, value)
    return int(builder.EndObject())


def _reference(builder: Any, kind: str, value: Any) -> Any:
    if kind == "ints":
        return _ints(builder, value)
    if kind == "text":
        return builder.CreateString(value)
    return value


def _slot(builder: Any, slot: int, kind: str, value: Any) -> None:
    if kind in ("ints", "text"):
        builder.PrependUOffsetTRelativeSlot(slot, value, 0)
    elif kind == "i8":
        builder.PrependInt8Slot(slot, value, 0)
    elif kind == "i32":
        # A default that differs from the value, so that the value is written.
        builder.PrependInt32Slot(slot, int(value), -(1 << 31))
    elif kind == "f32":
        builder.PrependFloat32Slot(slot, float(value), -1e30)
    elif kind == "bool":
        builder.PrependBoolSlot(slot, bool(value), False)
    else:
        raise ValueError(kind)
