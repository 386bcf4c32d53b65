"""Reads a .tflite file into the graph IR.

The file is not trusted: every offset, size and index is checked before use, and the work is bounded by the
limits below for any bytes. Schema: tensorflow/lite/schema/schema.fbs, version 3.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.flatbuf import FlatBuffer, Table, damaged
from mcu_toolkit.graph.int4 import INT4, unpacked, weights_as_int8
from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node, Quant, Tensor
from mcu_toolkit.graph.islands import join_float_islands
from mcu_toolkit.graph.limits import check_limits
from mcu_toolkit.graph.opcodes import CUSTOM, PLACEHOLDER, TENSOR_TYPES, builtin_name, tensor_type_name
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.graph.options import OptionsFormat, read_attrs
from mcu_toolkit.graph.reader_variables import HANDLE_OPTIONS, Subgraph, resolve_variables
from mcu_toolkit.graph.refusals import refuse_dynamic, refuse_foreign, refuse_types
from mcu_toolkit.graph.shape_only import SHAPE_ONLY
from mcu_toolkit.graph.shapes import fold_shapes
from mcu_toolkit.printable import printable

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3

#: Bounds on what is accepted; far above what a microcontroller holds, and low enough that no file can
#: exhaust the host.
MAX_FILE_BYTES = 64 << 20
MAX_TENSORS = 1 << 14
MAX_NODES = 1 << 12
MAX_BUFFERS = 1 << 15
MAX_SUBGRAPHS = 64
MAX_RANK = 8
MAX_NODE_TENSORS = 1 << 10
MAX_LINKS = 1 << 17
MAX_TENSOR_BYTES = 1 << 26
MAX_NAME_BYTES = 512
#: Inputs and outputs together; a HELLO_REPLY describes all of them in one frame.
MAX_BORDERS = 64

_ZERO_POINT_LIMITS = {
    DType.INT8: (-128, 127),
    DType.UINT8: (0, 255),
    DType.INT16: (-(1 << 15), (1 << 15) - 1),
    DType.INT32: (-(1 << 31), (1 << 31) - 1),
}


def read_model(source: Path | str | bytes) -> Graph:
    """Read a model.

    Args:
        source: path of a .tflite file, or its bytes.

    Returns:
        The graph of the first subgraph. Constants are read-only views of the file. Variables (VAR_HANDLE and
        what CALL_ONCE assigns to them) are resolved into tensors with `variable` set; shape arithmetic is folded, and
        float32 operators between DEQUANTIZE and QUANTIZE are joined with them where the result is exact.

    Raises:
        ModelError: the file is missing, damaged or too large; with byte offset or node.
        UnsuitableError: it is a sound file of a kind that is not compiled, for example a float model.
        UnsupportedError: an attribute value that the IR has no form for.
    """
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    reader = _Reader(data)
    graph = reader.graph()
    refuse_types(graph)
    _check_order(graph, reader.main_offset)
    folded = fold_shapes(graph, reader.dynamic)
    check_limits(folded, len(data))
    refuse_dynamic(folded, reader.open_inside)
    return join_float_islands(folded)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as bad:
        raise ModelError(f"cannot read the model {path}: {bad.strerror or bad}") from bad
    return data


class _Reader:
    """State while one file is read: its shared tables, and the limits that are left."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE_BYTES:
            raise ModelError(
                "the model file is too large",
                expected=f"at most {MAX_FILE_BYTES} bytes",
                received=f"{len(data)} bytes" if len(data) > MAX_FILE_BYTES + 1 else "more",
            )
        self._data = data
        self._model = FlatBuffer(data).root(IDENTIFIER)
        version = self._model.u32(0)
        if version != SCHEMA_VERSION:
            raise ModelError(
                "the model has another schema version",
                offset=self._model.offset,
                expected=str(SCHEMA_VERSION),
                received=str(version),
            )
        self._operators = tuple(_operator_code(t) for t in self._model.tables(1, MAX_NODES))
        self._buffers = tuple(self._model.tables(4, MAX_BUFFERS))
        self._subgraphs = tuple(self._model.tables(2, MAX_SUBGRAPHS))
        # A converter stores each parameter once; one long vector that many tensors share is an attack.
        self._quant_budget = len(data) + (1 << 16)
        self._link_budget = MAX_LINKS
        self._dynamic: dict[int, frozenset[int]] = {}

    @property
    def main_offset(self) -> int:
        """Byte offset of the main subgraph, for messages about the graph as a whole."""
        return self._subgraphs[0].offset

    @property
    def dynamic(self) -> frozenset[int]:
        """Tensors of the main subgraph whose shape the file leaves open; known once `graph` has run."""
        return self._dynamic.get(0, frozenset())

    @property
    def open_inside(self) -> frozenset[int]:
        """Those of `dynamic` that leave more open than their first dimension."""
        tables = tuple(self._subgraphs[0].tables(0, MAX_TENSORS))
        return frozenset(i for i in self.dynamic if -1 in tables[i].ints(7, MAX_RANK)[1:])

    def graph(self) -> Graph:
        """The main subgraph with its variables resolved."""
        if not self._subgraphs:
            raise damaged("it has no subgraph", self._model.offset)
        first = self.subgraph(0)
        refuse_foreign(first.nodes)
        main = resolve_variables(first, self.subgraph, len(self._subgraphs))
        return Graph(
            name=printable(main.name) or "model",
            tensors=tuple(replace(tensor, name=printable(tensor.name)) for tensor in main.tensors),
            nodes=main.nodes,
            inputs=main.inputs,
            outputs=main.outputs,
            sha256=hashlib.sha256(self._data).hexdigest(),
        )

    def subgraph(self, index: int) -> Subgraph:
        """One subgraph; the index is in range."""
        table = self._subgraphs[index]
        tables = tuple(table.tables(0, MAX_TENSORS))
        tensors = tuple(self._tensor(t, i) for i, t in enumerate(tables))
        self._dynamic[index] = frozenset(i for i, t in enumerate(tables) if -1 in t.ints(7, MAX_RANK))
        inputs = self._links(table, 1, tensors, None)
        outputs = self._links(table, 2, tensors, None)
        nodes = tuple(self._node(t, i, tensors) for i, t in enumerate(table.tables(3, MAX_NODES)))
        tensors = weights_as_int8(tensors, nodes)
        return Subgraph(table.text(4, MAX_NAME_BYTES), tensors, nodes, inputs, outputs)

    def _tensor(self, table: Table, index: int) -> Tensor:
        kind = table.i8(1)
        dtype = TENSOR_TYPES.get(kind, DType.OPAQUE)
        type_name = tensor_type_name(kind)
        if table.follow(6) or table.u32(10):
            dtype, type_name = DType.OPAQUE, "sparse or external"
        tensor = Tensor(
            name=table.text(3, MAX_NAME_BYTES) or f"tensor_{index}",
            shape=self._shape(table, dtype, index),
            dtype=dtype,
            type_name=type_name if dtype is DType.OPAQUE else "",
            variable=table.flag(5),
        )
        tensor = replace(tensor, quant=self._quant(table, tensor, index))
        if tensor.variable or (dtype in (DType.OPAQUE, DType.RESOURCE) and tensor.type_name != INT4):
            return tensor
        return replace(tensor, data=self._contents(table, tensor, index))

    def _shape(self, table: Table, dtype: DType, index: int) -> tuple[int, ...]:
        shape = table.ints(0, MAX_RANK)
        size = dtype.bytes
        for dim in shape:
            if dim < 0:
                raise ModelError(
                    f"tensor {index} has no static shape",
                    offset=table.offset,
                    received=str(list(shape)),
                    hint="convert the model with a fixed input shape",
                )
            # With an empty dimension the others count too: NumPy multiplies them.
            size = size * max(dim, 1)
        if size > MAX_TENSOR_BYTES:
            raise ModelError(
                f"tensor {index} is too large",
                offset=table.offset,
                expected=f"at most {MAX_TENSOR_BYTES} bytes",
                received=f"shape {list(shape)}",
            )
        return shape

    def _contents(self, table: Table, tensor: Tensor, index: int) -> Array | None:
        """The constant contents of a tensor, None where it has none."""
        number = table.u32(2)
        if number >= len(self._buffers):
            raise damaged(f"tensor {index} names buffer {number} of {len(self._buffers)}", table.offset)
        buffer = self._buffers[number]
        if buffer.u64(1) > 1 or buffer.u64(2) > 1:
            raise ModelError(
                f"tensor {index} has its data outside the FlatBuffer, which is not supported",
                offset=buffer.offset,
            )
        raw = buffer.vector(0, "|u1")
        if raw is None or raw.size == 0:
            return np.zeros(tensor.shape, tensor.dtype.numpy) if tensor.elements == 0 else None
        if raw.size != tensor.file_bytes:
            raise ModelError(
                f"tensor {index} ('{tensor.name[:60]}') and its buffer differ in size",
                offset=buffer.offset,
                expected=f"{tensor.file_bytes} bytes for {tensor.type_name or tensor.dtype.value} {list(tensor.shape)}",
                received=f"{raw.size} bytes",
            )
        if tensor.type_name == INT4:
            return unpacked(raw, tensor.elements).reshape(tensor.shape)
        typed: Array = raw.view(tensor.dtype.numpy.newbyteorder("<")).reshape(tensor.shape)
        return typed

    def _quant(self, table: Table, tensor: Tensor, index: int) -> Quant | None:
        quant = table.table(4)
        if quant is None:
            return None
        scale, zero = quant.vector(2, "<f4"), quant.vector(3, "<i8")
        if scale is None or scale.size == 0:
            return None
        self._quant_budget -= int(scale.size)
        if self._quant_budget < 0:
            raise damaged("its tensors share more quantization parameters than it holds", quant.offset)
        # A vector has one axis; TensorFlow Lite Micro does not read its number, which some files have wrong.
        axis = 0 if tensor.shape == scale.shape else quant.i32(6)
        if scale.size > 1 and not (0 <= axis < len(tensor.shape) and tensor.shape[axis] == scale.size):
            raise ModelError(
                f"tensor {index} has {scale.size} scales that match no axis",
                offset=quant.offset,
                expected=f"one scale, or one for each element of axis {axis} of {list(tensor.shape)}",
                received=f"{scale.size} scales",
            )
        if zero is None or zero.size == 0:
            zero = np.zeros(1, np.int64)
        if zero.size not in (1, scale.size):
            raise ModelError(f"tensor {index} has {zero.size} zero points for {scale.size} scales", offset=quant.offset)
        self._check_numbers(scale, zero, tensor, index, quant.offset)
        return Quant(
            scale=scale.astype(np.float32),
            zero_point=np.broadcast_to(zero, scale.shape).astype(np.int64),
            axis=axis if scale.size > 1 else 0,
        )

    @staticmethod
    def _check_numbers(scale: Array, zero: Array, tensor: Tensor, index: int, offset: int) -> None:
        """Refuse scales that are negative or not finite and zero points outside the element type."""
        low, high = float(scale.min()), float(scale.max())
        if not 0 <= low <= high < float("inf"):
            raise ModelError(
                f"tensor {index} has a scale that is negative or not a number",
                offset=offset,
                received=str(scale[:4]),
            )
        limits = _ZERO_POINT_LIMITS.get(tensor.dtype)
        if limits is not None and not limits[0] <= int(zero.min()) <= int(zero.max()) <= limits[1]:
            raise ModelError(
                f"tensor {index} has a zero point outside {tensor.dtype.value}",
                offset=offset,
                received=f"{zero.min()} to {zero.max()}",
            )

    def _node(self, table: Table, index: int, tensors: tuple[Tensor, ...]) -> Node:
        code = table.u32(0)
        if code >= len(self._operators):
            raise ModelError(
                f"node {index} names operator code {code} of {len(self._operators)}",
                offset=table.offset,
                node=index,
            )
        op, is_custom = self._operators[code]

        def intermediates() -> tuple[Tensor | None, ...]:
            links = self._links(table, 8, tensors, index, optional=True)
            return tuple(None if link == ABSENT else tensors[link] for link in links)

        form = _options_format(op)
        attrs = read_attrs(table, op, index, form, is_custom=is_custom, intermediates=intermediates)
        inputs = self._links(table, 1, tensors, index, optional=True)
        outputs = self._links(table, 2, tensors, index)
        return Node(op=op, inputs=inputs, outputs=outputs, attrs=attrs, source=index)

    def _links(
        self,
        table: Table,
        field: int,
        tensors: tuple[Tensor, ...],
        node: int | None,
        *,
        optional: bool = False,
    ) -> tuple[int, ...]:
        """A vector of tensor indices, each in range."""
        links = table.ints(field, MAX_NODE_TENSORS)
        self._link_budget -= len(links)
        if self._link_budget < 0:
            raise damaged("its nodes name more tensors than are supported", table.offset)
        for link in links:
            if not (0 <= link < len(tensors) or (optional and link == ABSENT)):
                who = "the graph" if node is None else f"node {node}"
                raise ModelError(
                    f"{who} names tensor {link} of {len(tensors)}",
                    offset=table.offset,
                    node=node,
                )
        return links


def _operator_code(table: Table) -> tuple[str, bool]:
    """Name of an operator code in the IR, and whether it is CUSTOM."""
    first, second = table.i8(0), table.i32(3)
    code = max(first, second) if first >= PLACEHOLDER or second > first else first
    if code != CUSTOM:
        name, kind = builtin_name(code), operator(builtin_name(code))
        # A registered custom operator is not used for a builtin code of the same name.
        return (f"BUILTIN({name})" if kind is not None and kind.custom else name), False
    name = printable(table.text(1, 64))
    kind = operator(name)
    return (name if kind is not None and kind.custom else f"CUSTOM({name})"), True


def _options_format(op: str) -> OptionsFormat | None:
    """How the file stores the options of an operator, None where it has none that matter."""
    kind = operator(op)
    if kind is not None:
        return kind.options
    return SHAPE_ONLY[op].options if op in SHAPE_ONLY else HANDLE_OPTIONS.get(op)


def _check_order(graph: Graph, offset: int) -> None:
    """Refuse an empty graph, tensors read before they are written or written twice, and outputs that no node writes."""
    if not (graph.nodes and graph.inputs and graph.outputs):
        raise ModelError(
            "the model computes nothing",
            offset=offset,
            expected="inputs, operators and outputs",
            received=f"{len(graph.inputs)} inputs, {len(graph.nodes)} operators, {len(graph.outputs)} outputs",
        )
    if len(graph.inputs) + len(graph.outputs) > MAX_BORDERS:
        raise ModelError(
            "the model has too many inputs and outputs",
            offset=offset,
            expected=f"at most {MAX_BORDERS}",
            received=f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs",
        )
    ready = {i for i, tensor in enumerate(graph.tensors) if tensor.is_const or tensor.variable}
    for index in graph.inputs:
        if index in ready:
            raise ModelError(
                f"input tensor {index} of the model is a constant, a variable or named twice", offset=offset
            )
        ready.add(index)
    for node in graph.nodes:
        for index in node.inputs:
            if index != ABSENT and index not in ready:
                raise ModelError(
                    f"node {node.source} ({node.op}) reads tensor {index} before it is written", node=node.source
                )
        for index in node.outputs:
            if index in ready:
                raise ModelError(
                    f"node {node.source} ({node.op}) writes tensor {index}, which has a value already", node=node.source
                )
            ready.add(index)
    for index in graph.outputs:
        if index not in ready or graph.tensors[index].is_const:
            what = "is a constant" if index in ready else "is written by no node"
            raise ModelError(f"output tensor {index} of the model {what}", offset=offset)
