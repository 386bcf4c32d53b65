"""Common sub-expression elimination: of nodes that compute the same from the same inputs, one stays."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable

from mcu_toolkit.compiler.passes.edit import Editor, is_stateful
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import ABSENT, Graph, Node, Tensor

#: Address, bytes and strides of an array → SHA-256 of its contents.
Digests = dict[tuple[int, int, tuple[int, ...]], bytes]


def run(graph: Graph) -> Graph:
    """Merge equal nodes. Constants are equal where their contents are. A node that writes a model output stays."""
    editor = Editor(graph)
    seen: dict[Hashable, Node] = {}
    digests: Digests = {}
    for number, node in enumerate(graph.nodes):
        if is_stateful(graph, node):
            continue
        key = (
            node.op,
            node.attrs,
            tuple(_input_key(graph, editor, digests, index) for index in node.inputs),
            tuple(_type_key(graph.tensors[index]) for index in node.outputs),
        )
        first = seen.setdefault(key, node)
        if first is node or set(node.outputs) & set(graph.outputs):
            continue
        for old, new in zip(node.outputs, first.outputs, strict=True):
            editor.substitute(old, new)
        editor.drop(number)
    return editor.finish()


def _input_key(graph: Graph, editor: Editor, digests: Digests, index: int) -> Hashable:
    """The tensor, or type and digest of a constant: a copy of the contents for each reader would cost memory."""
    if index == ABSENT:
        return ABSENT
    index = editor.resolve(index)
    tensor = graph.tensors[index]
    if tensor.data is None:
        return index
    strides = () if tensor.data.flags.c_contiguous else tensor.data.strides
    place = (tensor.data.ctypes.data, tensor.data.nbytes, strides)
    if place not in digests:  # tensors of one buffer are views of it
        digests[place] = hashlib.sha256(tensor.data.tobytes()).digest()
    return _type_key(tensor), digests[place]


def _type_key(tensor: Tensor) -> Hashable:
    quant = tensor.quant
    return (
        tensor.dtype,
        tensor.shape,
        None if quant is None else (quant.scale.tobytes(), quant.zero_point.tobytes(), quant.axis),
    )


PASSES.add("duplicates", Pass(run, Stage.SIMPLIFY, order=50))
